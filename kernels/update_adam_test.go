package kernels_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/internal/kerneltest"
	"tessera/internal/ref"
	"tessera/kernels"
)

var (
	familyStep = kernels.AdamStep{Scale: 0.5, Decay: 1e-2, Keep: 0.99, Beta1: 0.9, Beta2: 0.999,
		Root: 0.0447, Eps: 1e-8, Rate: 0.05, Ahead: 0.02}
	plainStep = kernels.AdamStep{Scale: 1, Keep: 1, Beta1: 0.9, Beta2: 0.999, Root: math.Inf(1), Eps: 1, Rate: 0.1}
	lionStep  = kernels.LionStep{LR: 1e-2, Beta1: 0.9, Beta2: 0.99, Decay: 0.1, Scale: 0.5}
)

var adamKernels = []elementwise{
	{"Adam", 4, func(x [][]float32) { kernels.Adam(familyStep, x[0], x[1], x[2], x[3]) }, nil, 0, "afca2a30fd23c5f7"},
	{"AdamDirection", 4, func(x [][]float32) { kernels.AdamDirection(familyStep, x[0], x[1], x[2], x[3]) }, nil, 0, "ceae38f97fcc565c"},
	{"Lion", 3, func(x [][]float32) { kernels.Lion(lionStep, x[0], x[1], x[2]) }, nil, 0, "96bdb9f4db3fced4"},
	{"Lerp", 2, func(x [][]float32) { kernels.Lerp(elemFactor, x[0], x[1]) },
		binary(func(x, y float64) (value, scale float64) {
			return y + elemFactor*(x-y), math.Abs(x) + 2*math.Abs(y)
		}), 3, "636f19258e17af08"},
	{"Clamp", 1, func(x [][]float32) { kernels.Clamp(2.5, x[0]) },
		unary(func(x float64) (value, scale float64) { return min(2.5, max(-2.5, x)), math.Abs(x) }), 0, "5f5d0db7d322a64e"},
}

func TestUpdateAdam(t *testing.T)      { testElementwise(t, adamKernels) }
func BenchmarkUpdateAdam(b *testing.B) { benchmarkElementwise(b, adamKernels) }

// TestAdamValue takes twenty steps from zero moments, the second kind of which divides by 1 alone.
func TestAdamValue(t *testing.T) {
	const n, steps = 133, 20
	for _, s := range []kernels.AdamStep{familyStep, plainStep} {
		p, m, v := kerneltest.Floats(9, n), make([]float32, n), make([]float32, n)
		want, wm, wv, scale := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range p {
			want[i], scale[i] = float64(p[i]), 20
		}
		for step := range steps {
			g := kerneltest.Floats(uint64(step), n)
			direction, keep := slices.Clone(g), slices.Clone(p)
			kernels.AdamDirection(s, keep, direction, slices.Clone(m), slices.Clone(v))
			kernels.Adam(s, g, p, m, v)
			for i := range want {
				assert.Equal(t, float32(float32(s.Keep)*keep[i])-direction[i], p[i])
				want[i], wm[i], wv[i] = ref.Adam(ref.AdamStep(s), float64(g[i]), want[i], wm[i], wv[i])
			}
		}
		kerneltest.Near(t, want, scale, 3*steps, p)
		kerneltest.Near(t, wm, scale, 3*steps, m)
		kerneltest.Near(t, wv, scale, 5*steps, v)
	}
}

func TestLionValue(t *testing.T) {
	const n, steps = 133, 20
	p, m := kerneltest.Floats(9, n), make([]float32, n)
	want, wm, scale := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range p {
		want[i], scale[i] = float64(p[i]), 1
	}
	p[5], want[5] = 1, 1
	s := lionStep
	for step := range steps {
		g := kerneltest.Floats(uint64(step), n)
		g[5] = 0 // the sign of 0 is 0: only decay moves it
		kernels.Lion(s, g, p, m)
		for i := range want {
			want[i], wm[i] = ref.Lion(s.LR, s.Beta1, s.Beta2, s.Decay, s.Scale*float64(g[i]), want[i], wm[i])
		}
	}
	kerneltest.Near(t, want, scale, 3*steps, p)
	kerneltest.Near(t, wm, scale, 3*steps, m)
	assert.InDelta(t, math.Pow(0.999, steps), p[5], 1e-6)
}

// TestChannels holds sums and projections to loops over [rows, channels, inner] in float64.
func TestChannels(t *testing.T) {
	const rows, channels = 7, 5
	for _, inner := range []int{1, 3} {
		n := rows * channels * inner
		x, y := kerneltest.Floats(1, n), kerneltest.Floats(2, n)
		want, got := make([]float64, channels), make([]float64, channels)
		along := kerneltest.Floats(3, channels)
		after, scale := make([]float64, n), make([]float64, n)
		for i := range x {
			c := i / inner % channels
			want[c] += float64(x[i]) * float64(y[i])
			after[i] = 0.5*float64(y[i]) - (float64(x[i]) - float64(along[c])*float64(y[i]))
			scale[i] = 3
		}
		kernels.ChannelDots(inner, x, y, got)
		assert.Equal(t, want, got)
		kernels.Project(inner, 0.5, along, x, y)
		kerneltest.Near(t, after, scale, 2, y)
	}
}
