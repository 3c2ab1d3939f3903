package kernels_test

import (
	"math"
	"testing"

	"tessera/internal/kerneltest"
	"tessera/internal/ref"
	"tessera/kernels"
)

var (
	adamStep = kernels.AdamWStep{LR: 1e-2, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, Decay: 0.1,
		Bias1: 1 - 0.9*0.9, Bias2: 1 - 0.999*0.999, Scale: 0.5}
	sgdStep      = kernels.SGDStep{LR: 1e-2, Momentum: 0.9, Decay: 1e-3, Scale: 0.5}
	nesterovStep = kernels.SGDStep{LR: 1e-2, Momentum: 0.9, Decay: 1e-3, Scale: 0.5, Nesterov: true}
)

var updateKernels = []elementwise{
	{"AdamW", 4, func(x [][]float32) { kernels.AdamW(adamStep, x[0], x[1], x[2], x[3]) },
		nil, 0, "e148d5222da9b003"},
	{"SGD", 3, func(x [][]float32) { kernels.SGD(sgdStep, x[0], x[1], x[2]) },
		nil, 0, "2a0de58bba9e4a5d"},
	{"Nesterov", 3, func(x [][]float32) { kernels.SGD(nesterovStep, x[0], x[1], x[2]) },
		nil, 0, "287a0e21ee21ffb0"},
}

func TestUpdate(t *testing.T)      { testElementwise(t, updateKernels) }
func BenchmarkUpdate(b *testing.B) { benchmarkElementwise(b, updateKernels) }

// TestAdamWValue takes twenty steps from zero moments; an error of a step is carried on by the next.
func TestAdamWValue(t *testing.T) {
	const n, steps = 133, 20
	p, m, v := kerneltest.Floats(9, n), make([]float32, n), make([]float32, n)
	want, wm, wv, scale := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range p {
		want[i] = float64(p[i])
	}
	s := adamStep
	for step := 1; step <= steps; step++ {
		s.Bias1, s.Bias2 = 1-math.Pow(s.Beta1, float64(step)), 1-math.Pow(s.Beta2, float64(step))
		g := kerneltest.Floats(uint64(step), n)
		kernels.AdamW(s, g, p, m, v)
		for i := range want {
			want[i], wm[i], wv[i] = ref.AdamW(s.LR, s.Beta1, s.Beta2, s.Eps, s.Decay, s.Bias1, s.Bias2,
				s.Scale*float64(g[i]), want[i], wm[i], wv[i])
			scale[i] = 1
		}
	}
	kerneltest.Near(t, want, scale, 3*steps, p)
	kerneltest.Near(t, wm, scale, 3*steps, m)
	kerneltest.Near(t, wv, wv, 5*steps, v)
}

func TestSGDValue(t *testing.T) {
	const n, steps = 133, 20
	for _, s := range []kernels.SGDStep{sgdStep, nesterovStep, {LR: 0.1, Scale: 1}} {
		p, v := kerneltest.Floats(9, n), make([]float32, n)
		want, wv, scale := make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range p {
			want[i] = float64(p[i])
		}
		for step := range steps {
			g := kerneltest.Floats(uint64(step), n)
			kernels.SGD(s, g, p, v)
			for i := range want {
				grad := s.Scale * float64(g[i])
				want[i], wv[i] = ref.SGD(s.LR, s.Momentum, s.Decay, s.Nesterov, grad, want[i], wv[i])
				scale[i] = 5
			}
		}
		kerneltest.Near(t, want, scale, 3*steps, p)
		kerneltest.Near(t, wv, scale, 3*steps, v)
	}
}
