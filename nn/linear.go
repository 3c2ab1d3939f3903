package nn

import (
	"math/rand/v2"

	"tessera/autograd"
)

// Linear is a fully connected layer, applied to every pixel.
type Linear struct {
	Weight *autograd.Param `name:"weight"` // [I, O]
	Bias   *autograd.Param `name:"bias"`   // [O]
}

// NewLinear makes a layer of in inputs and out outputs. initWeight draws the weights, initBias the bias.
func NewLinear(rng *rand.Rand, in, out int, initWeight, initBias Init) *Linear {
	return &Linear{
		Weight: newParam("IO", func(x []float32) { initWeight(rng, in, out, x) }, in, out),
		Bias:   newParam("C", func(x []float32) { initBias(rng, in, out, x) }, out),
	}
}

// Forward maps x [N, H, W, I] to [N, H, W, O].
func (l *Linear) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	return autograd.Linear(t, x, t.Param(l.Weight), t.Param(l.Bias))
}
