package optim

import (
	"math"
	"strings"

	"tessera/autograd"
	"tessera/internal/parallel"
	"tessera/kernels"
)

// AdamPOptions are AdamP's settings; DefaultAdamP has the authors'.
type AdamPOptions struct {
	Beta1, Beta2, Eps float64
	Decay             float64 // decoupled weight decay, multiplied by the learning rate
	Delta             float64 // a gradient whose cosine with the weights is below Delta/√n counts as scale-invariant
	DecayRatio        float64 // weight decay of scale-invariant parameters, as a part of Decay
	Nesterov          bool
}

// DefaultAdamP is β 0.9 and 0.999, ε 1e-8, no weight decay, δ 0.1, decay ratio 0.1.
var DefaultAdamP = AdamPOptions{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, Delta: 0.1, DecayRatio: 0.1}

// AdamP is Adam that takes from a step its part along the weights where the loss does not depend on their length, as
// it does not ahead of batch norm (Heo et al., "AdamP: Slowing Down the Slowdown for Momentum Optimizers on
// Scale-invariant Weights", ICLR 2021): by output channel if all of them are so, else for the layer as a whole.
type AdamP struct {
	base
	options AdamPOptions
	m, v    [][]float32
	views   []view
	scale   float64
	step    []kernels.AdamStep // of each parameter, with Keep left to the update
	decay   []float64          // learning rate · weight decay of each parameter
	update  func(i, worker int)
}

// A view is a parameter as channels, and the scratch of its update.
type view struct {
	channels, inner int       // an element's channel is i/inner mod channels
	gg, pp, gp      []float64 // sums of products of gradient and parameter of each channel
	along           []float32
}

// NewAdamP returns an AdamP of parameters. Those frozen now are left alone.
func NewAdamP(params []*autograd.Param, o AdamPOptions) *AdamP {
	n := len(params)
	a := &AdamP{base: newBase(params), options: o, step: make([]kernels.AdamStep, n), decay: make([]float64, n)}
	a.m, a.v = a.moments(), a.moments()
	for _, p := range params {
		a.views = append(a.views, newView(p))
	}
	a.update = func(i, _ int) {
		if !a.params[i].Frozen && a.age(i) > 0 {
			a.one(i)
			clear(a.params[i].Grad.Data)
		}
	}
	return a
}

// newView finds the output channels: the O of a weight's axes, or C where the channels are kept apart.
func newView(p *autograd.Param) view {
	axis := strings.IndexByte(p.Axes, 'O')
	if axis < 0 {
		axis = strings.IndexByte(p.Axes, 'C')
	}
	v := view{channels: 1, inner: p.Value.Shape.Size()}
	if axis >= 0 {
		v.channels, v.inner = p.Value.Shape.Dim(axis), 1
		for i := axis + 1; i < p.Value.Shape.Rank(); i++ {
			v.inner *= p.Value.Shape.Dim(i)
		}
	}
	sums := make([]float64, 3*v.channels)
	v.gg, v.pp, v.gp = sums[:v.channels], sums[v.channels:2*v.channels], sums[2*v.channels:]
	v.along = make([]float32, v.channels)
	return v
}

// Step updates every parameter and clears the gradients.
func (a *AdamP) Step(lr float64, scale float32) {
	a.steps++
	o := a.options
	a.scale = float64(scale)
	for i := range a.step {
		bias1, bias2 := 1-power(o.Beta1, a.age(i)), 1-power(o.Beta2, a.age(i))
		rate, decay := a.settings(i, lr, o.Decay)
		a.decay[i] = rate * decay
		s := kernels.AdamStep{Scale: float64(scale), Beta1: o.Beta1, Beta2: o.Beta2, Root: math.Sqrt(bias2), Eps: o.Eps,
			Rate: rate / bias1}
		if o.Nesterov {
			s.Ahead, s.Rate = (1-o.Beta1)*s.Rate, o.Beta1*s.Rate
		}
		a.step[i] = s
	}
	parallel.For(len(a.params), a.update)
}

// one updates a parameter.
func (a *AdamP) one(i int) {
	param, v, step := a.params[i], &a.views[i], a.step[i]
	p, g := param.Value.Data, param.Grad.Data
	perChannel, invariant := a.invariant(i)
	if !invariant {
		step.Keep = 1 - a.decay[i]
		each(len(p), func(s span) {
			kernels.Adam(step, g[s.begin:s.end], p[s.begin:s.end], a.m[i][s.begin:s.end], a.v[i][s.begin:s.end])
		})
		return
	}
	each(len(p), func(s span) {
		kernels.AdamDirection(step, p[s.begin:s.end], g[s.begin:s.end], a.m[i][s.begin:s.end], a.v[i][s.begin:s.end])
	})
	clear(v.gp)
	kernels.ChannelDots(v.inner, g, p, v.gp)
	if !perChannel {
		fill(v.gp, total(v.gp))
		fill(v.pp, total(v.pp))
	}
	for c := range v.along {
		length := math.Sqrt(v.pp[c]) + a.options.Eps
		v.along[c] = float32(v.gp[c] / (length * length))
	}
	kernels.Project(v.inner, float32(1-float64(a.decay[i]*a.options.DecayRatio)), v.along, g, p)
}

// invariant measures whether the loss is blind to the length of each channel, or at least to that of the whole.
func (a *AdamP) invariant(i int) (perChannel, invariant bool) {
	param, v := a.params[i], &a.views[i]
	if param.Value.Shape.Rank() < 2 {
		return false, false
	}
	p, g := param.Value.Data, param.Grad.Data
	clear(v.gg)
	clear(v.pp)
	clear(v.gp)
	kernels.ChannelDots(v.inner, g, g, v.gg)
	kernels.ChannelDots(v.inner, p, p, v.pp)
	kernels.ChannelDots(v.inner, g, p, v.gp)
	largest := 0.0
	for c := range v.gp {
		largest = max(largest, a.cosine(v.gg[c], v.pp[c], v.gp[c]))
	}
	if largest < a.options.Delta/math.Sqrt(float64(len(p)/v.channels)) {
		return true, true
	}
	whole := a.cosine(total(v.gg), total(v.pp), total(v.gp))
	return false, whole < a.options.Delta/math.Sqrt(float64(len(p)))
}

// cosine is that of the angle between a gradient and a parameter, without its sign, from sums of their products.
func (a *AdamP) cosine(gg, pp, gp float64) float64 {
	eps := a.options.Eps
	return math.Abs(gp) * a.scale / (max(math.Sqrt(gg)*a.scale, eps) * max(math.Sqrt(pp), eps))
}

// SetMomentum sets β1 for the steps that follow.
func (a *AdamP) SetMomentum(m float64) { a.options.Beta1 = m }

// State returns the moments "m" and "v" and the number of steps.
func (a *AdamP) State() State {
	return State{Steps: &a.steps, Moments: map[string][][]float32{"m": a.m, "v": a.v}}
}

// each calls f for pieces of n numbers that are short enough for a kernel.
func each(n int, f func(s span)) {
	for at := 0; at < n; at += spanFloats {
		f(span{begin: at, end: min(at+spanFloats, n)})
	}
}

func total(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum
}

func fill(x []float64, v float64) {
	for i := range x {
		x[i] = v
	}
}
