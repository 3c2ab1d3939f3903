package optim

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/golden"
	"tessera/tensor"
)

// A layout is how the golden's matrix of 4 outputs and 3 inputs lies in memory.
type layout struct {
	axes  string
	shape tensor.Shape
	index func(o, i int) int
}

var layouts = []layout{
	{"OI", tensor.Dims(4, 3), func(o, i int) int { return 3*o + i }},
	{"IO", tensor.Dims(3, 4), func(o, i int) int { return 4*i + o }},
}

// put writes a matrix of the golden file where it belongs.
func (l layout) put(into []float32, values []float64) {
	for k, v := range values {
		into[l.index(k/3, k%3)] = float32(v)
	}
}

func (l layout) get(from []float32) []float32 {
	out := make([]float32, len(from))
	for k := range out {
		out[k] = from[l.index(k/3, k%3)]
	}
	return out
}

// newGolden returns the optimizer of a case.
func newGolden(t *testing.T, params []*autograd.Param, c golden.OptimizerCase) Optimizer {
	t.Helper()
	b1, b2 := c.Betas[0], c.Betas[1]
	family := AdamOptions{Beta1: b1, Beta2: b2, Eps: c.Eps, Decay: c.WeightDecay, Decoupled: c.Decoupled,
		MomentumDecay: c.MomentumDecay, AMSGrad: c.AMSGrad}
	switch c.Optimizer {
	case "adamw":
		if c.AMSGrad {
			family.Decoupled = true
			return NewAdam(params, family)
		}
		return NewAdamW(params, AdamWOptions{Beta1: b1, Beta2: b2, Eps: c.Eps, Decay: c.WeightDecay})
	case "sgd":
		return NewSGD(params, SGDOptions{Momentum: c.Momentum, Dampening: c.Dampening, Nesterov: c.Nesterov,
			Decay: c.WeightDecay})
	case "adam":
		return NewAdam(params, family)
	case "nadam":
		return NewNAdam(params, family)
	case "radam":
		return NewRAdam(params, family)
	case "adamp":
		return NewAdamP(params, AdamPOptions{Beta1: b1, Beta2: b2, Eps: c.Eps, Decay: c.WeightDecay, Delta: c.Delta,
			DecayRatio: c.DecayRatio, Nesterov: c.Nesterov})
	case "lion":
		return NewLion(params, LionOptions{Beta1: b1, Beta2: b2, Decay: c.WeightDecay})
	}
	require.Fail(t, "no optimizer "+c.Optimizer)
	return nil
}

func TestOptimizersAgreeWithPyTorch(t *testing.T) {
	var file golden.Optim
	golden.Load(t, "optim.json", &file)
	require.Len(t, file.Optimizers, 26)
	for _, c := range file.Optimizers {
		for _, l := range layouts {
			name, reference := c.Optimizer, golden.PyTorch
			if c.Lookahead != nil {
				name += " with lookahead"
			}
			if c.Lookahead != nil || name == "adamp" || name == "lion" {
				reference = golden.Paper
			}
			if c.AMSGrad {
				name += " with amsgrad"
			}
			if c.OneCycle {
				name += " in one cycle"
			}
			worst := runGolden(t, file, c, l)
			worst.Report(t, "optimizer "+name, "parameters in fifty steps, by the largest", reference)
		}
	}
}

// runGolden takes the steps of a case and counts errors relative to a parameter's largest element.
func runGolden(t *testing.T, file golden.Optim, c golden.OptimizerCase, l layout) (worst golden.Worst) {
	matrix, vector := autograd.NewParam(l.axes, l.shape), autograd.NewParam("C", tensor.Dims(5))
	l.put(matrix.Value.Data, file.Start["matrix"])
	set(vector.Value.Data, file.Start["vector"])
	params := []*autograd.Param{matrix, vector}
	opt := newGolden(t, params, c)
	if c.Lookahead != nil {
		opt = NewLookahead(opt, params, LookaheadOptions{K: c.Lookahead.K, Alpha: c.Lookahead.Alpha})
	}
	compare := func(want []float64, got []float32) {
		size := 0.0
		for _, v := range want {
			size = max(size, math.Abs(v))
		}
		for i, v := range want {
			worst.See(l.axes, math.Abs(float64(got[i])-v)/size, 1e-5)
		}
	}
	steps := len(file.Grads["vector"])
	lr, momentum := Constant(c.LR), OneCycleMomentum(0.85, 0.95, steps, DefaultOneCycle)
	if c.OneCycle {
		lr = OneCycle(c.LR, steps, DefaultOneCycle)
	}
	for k := range steps {
		if c.OneCycle {
			opt.(Cyclable).SetMomentum(momentum(k))
		}
		l.put(matrix.Grad.Data, file.Grads["matrix"][k])
		set(vector.Grad.Data, file.Grads["vector"][k])
		for _, p := range params {
			for i := range p.Grad.Data {
				p.Grad.Data[i] *= 4 // which the scale takes back
			}
		}
		opt.Step(lr(k), 0.25)
		assert.Equal(t, make([]float32, 12), matrix.Grad.Data, "gradients are cleared")
		if at := slices.Index(file.Kept, k+1); at >= 0 {
			compare(c.Steps[at]["matrix"], l.get(matrix.Value.Data))
			compare(c.Steps[at]["vector"], vector.Value.Data)
		}
	}
	return worst
}

func TestAveragesAgreeWithPyTorch(t *testing.T) {
	var file golden.Optim
	golden.Load(t, "optim.json", &file)
	require.Len(t, file.Averages, 3)
	for _, c := range file.Averages {
		var worst golden.Worst
		live := make([]float32, 5)
		a := NewSWA([][]float32{live})
		reference := golden.PyTorch
		switch c.Kind {
		case "ema":
			a = NewEMA([][]float32{live}, c.Decay)
		case "warm_ema":
			a, reference = NewWarmEMA([][]float32{live}, c.Decay), golden.Timm
		}
		for k, values := range c.Live {
			set(live, values)
			a.Update()
			a.Swap()
			for i, want := range c.Means[k] {
				worst.See("mean", math.Abs(float64(live[i])-want), 2e-7)
			}
			a.Swap()
			assertNear(t, values, live, 0)
		}
		worst.Report(t, "average "+c.Kind, "weights", reference)
	}
}

func TestClippingByValueAgreesWithPyTorch(t *testing.T) {
	var file golden.Optim
	golden.Load(t, "optim.json", &file)
	require.Len(t, file.ClipValues, 2)
	for _, c := range file.ClipValues {
		p := autograd.NewParam("C", tensor.Dims(len(c.Before)))
		set(p.Grad.Data, c.Before)
		NewClipper([]*autograd.Param{p}).Clamp(c.Limit)
		assertNear(t, c.After, p.Grad.Data, 0)
	}
}
