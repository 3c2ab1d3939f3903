package optim

import (
	"tessera/autograd"
	"tessera/internal/parallel"
	"tessera/kernels"
)

// AdamWOptions are AdamW's settings; DefaultAdamW has PyTorch's.
type AdamWOptions struct {
	Beta1, Beta2, Eps float64
	Decay             float64 // decoupled weight decay, multiplied by the learning rate
}

// DefaultAdamW is β 0.9 and 0.999, ε 1e-8, weight decay 1e-2.
var DefaultAdamW = AdamWOptions{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, Decay: 1e-2}

// AdamW is Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019). It reads and writes every parameter and
// moment once a step.
type AdamW struct {
	params  []*autograd.Param
	options AdamWOptions
	steps   int64
	m, v    [][]float32
	spans   []span
	step    kernels.AdamWStep
	update  func(i, worker int)
}

// NewAdamW returns an AdamW of parameters. Those frozen now are left alone.
func NewAdamW(params []*autograd.Param, o AdamWOptions) *AdamW {
	a := &AdamW{params: params, options: o, spans: spans(params)}
	for _, p := range params {
		n := p.Value.Shape.Size()
		a.m, a.v = append(a.m, make([]float32, n)), append(a.v, make([]float32, n))
	}
	a.update = func(i, _ int) {
		s := a.spans[i]
		p, m, v := a.params[s.param], a.m[s.param], a.v[s.param]
		grad := p.Grad.Data[s.begin:s.end]
		kernels.AdamW(a.step, grad, p.Value.Data[s.begin:s.end], m[s.begin:s.end], v[s.begin:s.end])
		clear(grad)
	}
	return a
}

// Step updates every parameter and clears the gradients.
func (a *AdamW) Step(lr float64, scale float32) {
	a.steps++
	o := a.options
	a.step = kernels.AdamWStep{LR: lr, Beta1: o.Beta1, Beta2: o.Beta2, Eps: o.Eps, Decay: o.Decay,
		Bias1: 1 - power(o.Beta1, a.steps), Bias2: 1 - power(o.Beta2, a.steps), Scale: float64(scale)}
	parallel.For(len(a.spans), a.update)
}

// State returns the moments "m" and "v" and the number of steps.
func (a *AdamW) State() State {
	return State{Steps: &a.steps, Moments: map[string][][]float32{"m": a.m, "v": a.v}}
}

// power returns xⁿ by squaring: the library's power may differ between processors.
func power(x float64, n int64) float64 {
	y := 1.0
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			y *= x
		}
		x *= x
	}
	return y
}
