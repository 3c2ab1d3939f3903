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
	base
	options AdamWOptions
	m, v    [][]float32
	step    []kernels.AdamWStep // of each parameter
	update  func(i, worker int)
}

// NewAdamW returns an AdamW of parameters. Those frozen now are left alone.
func NewAdamW(params []*autograd.Param, o AdamWOptions) *AdamW {
	a := &AdamW{base: newBase(params), options: o, step: make([]kernels.AdamWStep, len(params))}
	a.m, a.v = a.moments(), a.moments()
	a.update = func(i, _ int) {
		s := a.spans[i]
		if a.age(s.param) < 1 {
			return
		}
		g, p := a.at(s)
		kernels.AdamW(a.step[s.param], g, p, s.of(a.m), s.of(a.v))
		clear(g)
	}
	return a
}

// Step updates every parameter and clears the gradients.
func (a *AdamW) Step(lr float64, scale float32) {
	a.steps++
	o := a.options
	step := kernels.AdamWStep{Beta1: o.Beta1, Beta2: o.Beta2, Eps: o.Eps, Scale: float64(scale)}
	for i := range a.step {
		age := a.age(i)
		step.Bias1, step.Bias2 = 1-power(o.Beta1, age), 1-power(o.Beta2, age)
		step.LR, step.Decay = a.settings(i, lr, o.Decay)
		a.step[i] = step
	}
	parallel.For(len(a.spans), a.update)
}

// SetMomentum sets β1 for the steps that follow.
func (a *AdamW) SetMomentum(m float64) { a.options.Beta1 = m }

// State returns the moments "m" and "v" and the number of steps.
func (a *AdamW) State() State {
	return State{Steps: &a.steps, Moments: map[string][][]float32{"m": a.m, "v": a.v}}
}
