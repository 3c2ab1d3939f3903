package optim

import (
	"math"

	"tessera/autograd"
	"tessera/internal/parallel"
	"tessera/kernels"
)

// AdamOptions are the settings of Adam, NAdam and RAdam; DefaultAdam has PyTorch's.
type AdamOptions struct {
	Beta1, Beta2, Eps float64
	Decay             float64 // weight decay, added to the gradient
	Decoupled         bool    // weight decay as in AdamW instead
	MomentumDecay     float64 // of NAdam: how fast its momentum rises to Beta1; 0 for the others
	AMSGrad           bool    // divide by the root of the largest second moment so far: see kernels.AMSGrad
}

// DefaultAdam is β 0.9 and 0.999, ε 1e-8, no weight decay.
var DefaultAdam = AdamOptions{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}

// DefaultNAdam is DefaultAdam with PyTorch's momentum decay of 4e-3.
var DefaultNAdam = AdamOptions{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, MomentumDecay: 4e-3}

// Adam is an optimizer of Adam's family: Adam itself, NAdam or RAdam. They keep the same moments and differ in a few
// numbers of each step, so that one pass over memory serves all of them.
type Adam struct {
	base
	options AdamOptions
	m, v    [][]float32
	most    [][]float32        // largest v; nil without AMSGrad
	step    []kernels.AdamStep // of each parameter
	plan    adamPlan
	plans   map[int64]func(t int64) kernels.AdamStep // by Factors.From
	update  func(i, worker int)
}

// NewAdam returns an Adam of parameters (Kingma and Ba, ICLR 2015). Those frozen now are left alone.
func NewAdam(params []*autograd.Param, o AdamOptions) *Adam {
	var a *Adam
	a = newAdam(params, o, always(func(t int64) kernels.AdamStep {
		o := a.options
		return kernels.AdamStep{Rate: 1 / (1 - power(o.Beta1, t)), Root: math.Sqrt(1 - power(o.Beta2, t)), Eps: o.Eps}
	}))
	return a
}

// An adamPlan makes what works out Rate, Ahead, Root and Eps of step t, counted from 1, for a learning rate of 1. It is asked
// for steps in order.
type adamPlan func() func(t int64) kernels.AdamStep

// always is a plan without a memory.
func always(f func(t int64) kernels.AdamStep) adamPlan {
	return func() func(int64) kernels.AdamStep { return f }
}

// NewNAdam returns an Adam with Nesterov momentum (Dozat, "Incorporating Nesterov Momentum into Adam", ICLR workshop
// 2016), as PyTorch's NAdam.
func NewNAdam(params []*autograd.Param, o AdamOptions) *Adam {
	momentum := func(t int64) float64 { return o.Beta1 * (1 - float64(0.5*pow(0.96, float64(t)*o.MomentumDecay))) }
	return newAdam(params, o, func() func(t int64) kernels.AdamStep {
		product, done := 1.0, int64(0) // of the momenta of the steps done
		return func(t int64) kernels.AdamStep {
			if done != t-1 { // the steps were restored
				product, done = 1, 0
			}
			for ; done < t; done++ {
				product *= momentum(done + 1)
			}
			next := momentum(t + 1)
			return kernels.AdamStep{Rate: next / (1 - float64(product*next)), Ahead: (1 - momentum(t)) / (1 - product),
				Root: math.Sqrt(1 - power(o.Beta2, t)), Eps: o.Eps}
		}
	})
}

// NewRAdam returns an Adam whose first steps, for which the second moment says too little, leave it out (Liu et al.,
// "On the Variance of the Adaptive Learning Rate and Beyond", ICLR 2020), as PyTorch's RAdam.
func NewRAdam(params []*autograd.Param, o AdamOptions) *Adam {
	longest := 2/(1-o.Beta2) - 1
	var a *Adam
	a = newAdam(params, o, always(func(t int64) kernels.AdamStep {
		o := a.options
		beta := power(o.Beta2, t)
		rate := 1 / (1 - power(o.Beta1, t))
		length := longest - 2*float64(t)*beta/(1-beta)
		if length <= 5 {
			return kernels.AdamStep{Rate: rate, Root: math.Inf(1), Eps: 1} // so that the divisor is 1
		}
		rectified := (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
		rate *= math.Sqrt(rectified) * math.Sqrt(1-beta)
		return kernels.AdamStep{Rate: rate, Root: 1, Eps: o.Eps}
	}))
	return a
}

func newAdam(params []*autograd.Param, o AdamOptions, plan adamPlan) *Adam {
	a := &Adam{base: newBase(params), options: o, plan: plan, step: make([]kernels.AdamStep, len(params)),
		plans: map[int64]func(int64) kernels.AdamStep{}}
	a.m, a.v = a.moments(), a.moments()
	if o.AMSGrad {
		a.most = a.moments()
	}
	a.update = func(i, _ int) {
		s := a.spans[i]
		if a.age(s.param) < 1 {
			return
		}
		g, p := a.at(s)
		if a.most != nil {
			kernels.AMSGrad(a.step[s.param], g, p, s.of(a.m), s.of(a.v), s.of(a.most))
		} else {
			kernels.Adam(a.step[s.param], g, p, s.of(a.m), s.of(a.v))
		}
		clear(g)
	}
	return a
}

// Step updates every parameter and clears the gradients.
func (a *Adam) Step(lr float64, scale float32) {
	a.steps++
	o := a.options
	var plan kernels.AdamStep
	planned := int64(0) // the age that plan is for
	for i := range a.step {
		age := a.age(i)
		if age < 1 {
			continue
		}
		if age != planned {
			plan, planned = a.planOf(age), age
			plan.Scale, plan.Beta1, plan.Beta2 = float64(scale), o.Beta1, o.Beta2
		}
		rate, decay := a.settings(i, lr, o.Decay)
		s := plan
		s.Rate, s.Ahead = plan.Rate*rate, plan.Ahead*rate
		s.Decay, s.Keep = decay, 1
		if o.Decoupled {
			s.Decay, s.Keep = 0, 1-float64(rate*decay)
		}
		a.step[i] = s
	}
	parallel.For(len(a.spans), a.update)
}

// planOf works out the step of parameters of an age.
func (a *Adam) planOf(age int64) kernels.AdamStep {
	from := a.steps - age
	if a.plans[from] == nil {
		a.plans[from] = a.plan()
	}
	return a.plans[from](age)
}

// SetMomentum sets β1 for the steps that follow. A NAdam panics: its momenta are those of all steps.
func (a *Adam) SetMomentum(m float64) {
	if a.options.MomentumDecay != 0 {
		panic("optim: SetMomentum of NAdam")
	}
	a.options.Beta1 = m
}

// State returns the moments "m" and "v", with AMSGrad "most", and the number of steps.
func (a *Adam) State() State {
	s := State{Steps: &a.steps, Moments: map[string][][]float32{"m": a.m, "v": a.v}}
	if a.most != nil {
		s.Moments["most"] = a.most
	}
	return s
}
