package optim

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/golden"
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

// vector returns a parameter of golden values.
func vector(values []float64) *autograd.Param {
	p := autograd.NewParam("C", tensor.Dims(len(values)))
	set(p.Value.Data, values)
	return p
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

func TestAdamWAgreesWithPyTorch(t *testing.T) {
	var file golden.Optim
	golden.Load(t, "optim.json", &file)
	tested := 0
	for _, c := range file.Optimizers {
		if c.Optimizer != "adamw" {
			continue
		}
		tested++
		p := vector(c.Start)
		a := NewAdamW([]*autograd.Param{p},
			AdamWOptions{Beta1: c.Betas[0], Beta2: c.Betas[1], Eps: c.Eps, Decay: c.WeightDecay})
		for k, g := range c.Grads {
			set(p.Grad.Data, g)
			for i := range p.Grad.Data {
				p.Grad.Data[i] *= 4 // which the scale takes back
			}
			a.Step(c.LR, 0.25)
			assertNear(t, c.Steps[k], p.Value.Data, 3e-7)
			assert.Equal(t, make([]float32, len(g)), p.Grad.Data, "gradients are cleared")
		}
	}
	assert.Equal(t, 2, tested)
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

func step(a *AdamW, params []*autograd.Param, key uint64) {
	for i, p := range params {
		copy(p.Grad.Data, kerneltest.Floats(key+uint64(10*i), len(p.Grad.Data)))
	}
	a.Step(1e-2, 1)
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

// TestStateRoundTrip stops after two steps, restores the state elsewhere, and compares with a run that went on.
func TestStateRoundTrip(t *testing.T) {
	through, stopped := manyParams(), manyParams()
	a, b := NewAdamW(through, DefaultAdamW), NewAdamW(stopped, DefaultAdamW)
	for k := range uint64(2) {
		step(a, through, k)
		step(b, stopped, k)
	}
	resumed := manyParams()
	for i, p := range stopped {
		copy(resumed[i].Value.Data, p.Value.Data)
	}
	c := NewAdamW(resumed, DefaultAdamW)
	from, to := b.State(), c.State()
	*to.Steps = *from.Steps
	require.Len(t, from.Moments, 2)
	for kind, moments := range from.Moments {
		require.Len(t, moments, len(resumed))
		for i, m := range moments {
			copy(to.Moments[kind][i], m)
		}
	}
	for k := range uint64(2) {
		step(a, through, 5+k)
		step(c, resumed, 5+k)
	}
	for i := range through {
		kerneltest.Equal(t, through[i].Value.Data, resumed[i].Value.Data)
	}
	assert.Equal(t, manyParams()[2].Value.Data, through[2].Value.Data, "frozen")
	assert.NotEqual(t, manyParams()[0].Value.Data, through[0].Value.Data)
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
	var results [][]float32
	var norms []float64
	for _, workers := range []int{1, 2, 7} {
		parallel.SetWorkers(workers)
		params := manyParams()
		step(NewAdamW(params, DefaultAdamW), params, 3)
		results = append(results, params[3].Value.Data)
		copy(params[1].Grad.Data, kerneltest.Floats(8, spanFloats))
		norms = append(norms, NewClipper(params).Norm())
	}
	for i := range results {
		kerneltest.Equal(t, results[0], results[i])
		assert.Equal(t, norms[0], norms[i])
	}
}

func TestPower(t *testing.T) {
	for _, x := range []float64{0.9, 0.999, 1, 0} {
		for _, n := range []int64{0, 1, 2, 3, 10, 1000, 123457} {
			want := math.Pow(x, float64(n))
			assert.InDelta(t, want, power(x, n), 1e-12*want+1e-300, "%v to the %d", x, n)
		}
	}
}
