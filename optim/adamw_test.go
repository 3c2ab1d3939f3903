package optim

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/kerneltest"
	"tessera/internal/parallel"
	"tessera/tensor"
)

func Example() {
	p := autograd.NewParam("C", tensor.Dims(1)) // x² has its least value at 0
	p.Value.Data[0] = 1
	params := []*autograd.Param{p}
	opt, clip := NewAdamW(params, DefaultAdamW), NewClipper(params)
	rate := Warmup(5, Cosine(0.1, 0, 95))
	for step := range 100 {
		p.Grad.Data[0] = 2 * p.Value.Data[0]
		opt.Step(rate(step), ClipScale(clip.Norm(), 1))
	}
	fmt.Println(math.Abs(float64(p.Value.Data[0])) < 0.01)
	// Output: true
}

func set(x []float32, values []float64) {
	for i, v := range values {
		x[i] = float32(v)
	}
}

func assertNear(t *testing.T, want []float64, got []float32, tolerance float64) {
	t.Helper()
	require.Len(t, got, len(want))
	for i, v := range want {
		assert.InDelta(t, v, got[i], tolerance)
	}
}

// manyParams are of sizes below, at and above a span; the third is frozen.
func manyParams() []*autograd.Param {
	var list []*autograd.Param
	for i, n := range []int{7, spanFloats, 100, 2*spanFloats + 5} {
		p := autograd.NewParam("C", tensor.Dims(n))
		copy(p.Value.Data, kerneltest.Floats(uint64(i), n))
		p.Frozen = i == 2
		list = append(list, p)
	}
	return list
}

func step(a Optimizer, params []*autograd.Param, key uint64) {
	for i, p := range params {
		fillGrad(p, key+uint64(10*i))
	}
	a.Step(1e-2, 1)
}

func fillGrad(p *autograd.Param, key uint64) {
	copy(p.Grad.Data, kerneltest.Floats(key, len(p.Grad.Data)))
}

func TestSpansCoverWhatLearns(t *testing.T) {
	params := manyParams()
	seen := make([][]int, len(params))
	for i, p := range params {
		seen[i] = make([]int, len(p.Value.Data))
	}
	for _, s := range spans(params) {
		assert.LessOrEqual(t, s.end-s.begin, spanFloats)
		for j := s.begin; j < s.end; j++ {
			seen[s.param][j]++
		}
	}
	for i, p := range params {
		want := 1
		if p.Frozen {
			want = 0
		}
		for _, n := range seen[i] {
			require.Equal(t, want, n, "parameter %d", i)
		}
	}
}

// makers are all optimizers with settings that use what they have.
var makers = map[string]func(params []*autograd.Param) Optimizer{
	"adamw": func(p []*autograd.Param) Optimizer { return NewAdamW(p, DefaultAdamW) },
	"sgd": func(p []*autograd.Param) Optimizer {
		return NewSGD(p, SGDOptions{Momentum: 0.9, Dampening: 0.2, Decay: 1e-3})
	},
	"adam":  func(p []*autograd.Param) Optimizer { return NewAdam(p, DefaultAdam) },
	"nadam": func(p []*autograd.Param) Optimizer { return NewNAdam(p, DefaultNAdam) },
	"radam": func(p []*autograd.Param) Optimizer {
		return NewRAdam(p, AdamOptions{Beta1: 0.9, Beta2: 0.9, Eps: 1e-8, Decay: 0.1, Decoupled: true})
	},
	"adamp": func(p []*autograd.Param) Optimizer { return NewAdamP(p, DefaultAdamP) },
	"lion":  func(p []*autograd.Param) Optimizer { return NewLion(p, DefaultLion) },
	"amsgrad": func(p []*autograd.Param) Optimizer {
		return NewAdam(p, AdamOptions{Beta1: 0.9, Beta2: 0.9, Eps: 1e-8, Decay: 0.1, AMSGrad: true})
	},
	"lookahead": func(p []*autograd.Param) Optimizer {
		return NewLookahead(NewNAdam(p, DefaultNAdam), p, LookaheadOptions{K: 3, Alpha: 0.5})
	},
}

// TestStateRoundTrip stops after two steps, restores the state elsewhere, and compares with a run that went on.
func TestStateRoundTrip(t *testing.T) {
	for name, make := range makers {
		t.Run(name, func(t *testing.T) {
			through, stopped := manyParams(), manyParams()
			a, b := make(through), make(stopped)
			for k := range uint64(2) {
				step(a, through, k)
				step(b, stopped, k)
			}
			resumed := manyParams()
			for i, p := range stopped {
				copy(resumed[i].Value.Data, p.Value.Data)
			}
			c := make(resumed)
			restore(t, b.State(), c.State())
			for k := range uint64(4) {
				step(a, through, 5+k)
				step(c, resumed, 5+k)
			}
			for i := range through {
				kerneltest.Equal(t, through[i].Value.Data, resumed[i].Value.Data)
			}
			assert.Equal(t, manyParams()[2].Value.Data, through[2].Value.Data, "frozen")
			assert.NotEqual(t, manyParams()[0].Value.Data, through[0].Value.Data)
		})
	}
}

func restore(t *testing.T, from, to State) {
	t.Helper()
	*to.Steps = *from.Steps
	require.Len(t, to.Moments, len(from.Moments))
	for kind, moments := range from.Moments {
		require.Len(t, to.Moments[kind], len(moments))
		for i, m := range moments {
			copy(to.Moments[kind][i], m)
		}
	}
}

func TestEachVisitsMomentsInOrder(t *testing.T) {
	a := NewAdamW(manyParams()[:2], DefaultAdamW)
	var names []string
	a.State().Each(func(name string, values []float32) {
		names = append(names, name)
		values[0] = 5
	})
	assert.Equal(t, []string{"m.0", "m.1", "v.0", "v.1"}, names)
	assert.EqualValues(t, 5, a.v[1][0], "the slices are the optimizer's own")
}

func TestWorkersDoNotMatter(t *testing.T) {
	defer parallel.SetWorkers(0)
	for name, make := range makers {
		var results [][]float32
		var norms []float64
		for _, workers := range []int{1, 2, 7} {
			parallel.SetWorkers(workers)
			params := manyParams()
			opt := make(params)
			for k := range uint64(3) {
				step(opt, params, k)
			}
			results = append(results, params[3].Value.Data)
			copy(params[1].Grad.Data, kerneltest.Floats(8, spanFloats))
			norms = append(norms, NewClipper(params).Norm())
		}
		for i := range results {
			kerneltest.Equal(t, results[0], results[i])
			assert.Equal(t, norms[0], norms[i], name)
		}
	}
}

// TestAStepAllocatesNothing beyond what the workers do.
func TestAStepAllocatesNothing(t *testing.T) {
	defer parallel.SetWorkers(0)
	parallel.SetWorkers(1)
	for name, make := range makers {
		params := manyParams()
		opt := make(params)
		assert.Zero(t, testing.AllocsPerRun(5, func() { opt.Step(1e-3, 1) }), name)
	}
}
