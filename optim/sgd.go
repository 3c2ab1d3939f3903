package optim

import (
	"errors"

	"tessera/autograd"
	"tessera/internal/parallel"
	"tessera/kernels"
)

// SGDOptions are SGD's settings, named as PyTorch does. The zero value is plain gradient descent.
type SGDOptions struct {
	Momentum, Dampening float64
	Nesterov            bool
	Decay               float64 // weight decay, added to the gradient
}

// Check reports settings that exclude each other.
func (o SGDOptions) Check() error {
	if o.Nesterov && (o.Momentum <= 0 || o.Dampening != 0) {
		return errors.New("nesterov wants momentum above 0 and no dampening")
	}
	return nil
}

// SGD is stochastic gradient descent with momentum (Sutskever et al., ICML 2013), as PyTorch writes it: the learning
// rate multiplies the velocity, and the first step is not dampened.
type SGD struct {
	base
	options  SGDOptions
	velocity [][]float32
	step     []kernels.SGDStep // of each parameter
	update   func(i, worker int)
}

// NewSGD returns an SGD of parameters. Those frozen now are left alone. It panics if the options fail their Check.
func NewSGD(params []*autograd.Param, o SGDOptions) *SGD {
	if err := o.Check(); err != nil {
		panic("optim: SGD: " + err.Error())
	}
	a := &SGD{base: newBase(params), options: o, step: make([]kernels.SGDStep, len(params))}
	a.velocity = a.moments()
	a.update = func(i, _ int) {
		s := a.spans[i]
		if a.age(s.param) < 1 {
			return
		}
		g, p := a.at(s)
		kernels.SGD(a.step[s.param], g, p, s.of(a.velocity))
		clear(g)
	}
	return a
}

// Step updates every parameter and clears the gradients.
func (a *SGD) Step(lr float64, scale float32) {
	a.steps++
	o := a.options
	for i := range a.step {
		fresh := 1.0 // how much of a gradient enters the velocity
		if a.age(i) > 1 {
			fresh = 1 - o.Dampening
		}
		rate, decay := a.settings(i, lr, o.Decay)
		a.step[i] = kernels.SGDStep{LR: rate, Momentum: o.Momentum, Nesterov: o.Nesterov,
			Decay: decay * fresh, Scale: float64(scale) * fresh}
	}
	parallel.For(len(a.spans), a.update)
}

// SetMomentum sets the momentum for the steps that follow.
func (a *SGD) SetMomentum(m float64) { a.options.Momentum = m }

// State returns the moment "velocity" and the number of steps.
func (a *SGD) State() State {
	return State{Steps: &a.steps, Moments: map[string][][]float32{"velocity": a.velocity}}
}
