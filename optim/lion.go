package optim

import (
	"tessera/autograd"
	"tessera/internal/parallel"
	"tessera/kernels"
)

// LionOptions are Lion's settings; DefaultLion has the paper's.
type LionOptions struct {
	Beta1, Beta2 float64
	Decay        float64 // decoupled weight decay, multiplied by the learning rate
}

// DefaultLion is β 0.9 and 0.99, no weight decay.
var DefaultLion = LionOptions{Beta1: 0.9, Beta2: 0.99}

// Lion moves every parameter by the learning rate, in the direction of the sign of its momentum (Chen et al.,
// "Symbolic Discovery of Optimization Algorithms", NeurIPS 2023). It wants a learning rate 3 to 10 times smaller than
// AdamW's and as many times the weight decay, and keeps one moment.
type Lion struct {
	base
	options LionOptions
	m       [][]float32
	step    []kernels.LionStep // of each parameter
	update  func(i, worker int)
}

// NewLion returns a Lion of parameters. Those frozen now are left alone.
func NewLion(params []*autograd.Param, o LionOptions) *Lion {
	a := &Lion{base: newBase(params), options: o, step: make([]kernels.LionStep, len(params))}
	a.m = a.moments()
	a.update = func(i, _ int) {
		s := a.spans[i]
		if a.age(s.param) < 1 {
			return
		}
		g, p := a.at(s)
		kernels.Lion(a.step[s.param], g, p, s.of(a.m))
		clear(g)
	}
	return a
}

// Step updates every parameter and clears the gradients.
func (a *Lion) Step(lr float64, scale float32) {
	a.steps++
	for i := range a.step {
		rate, decay := a.settings(i, lr, a.options.Decay)
		a.step[i] = kernels.LionStep{LR: rate, Beta1: a.options.Beta1, Beta2: a.options.Beta2, Decay: decay,
			Scale: float64(scale)}
	}
	parallel.For(len(a.spans), a.update)
}

// State returns the moment "m" and the number of steps.
func (a *Lion) State() State {
	return State{Steps: &a.steps, Moments: map[string][][]float32{"m": a.m}}
}
