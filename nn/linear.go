package nn

import (
	"math/rand/v2"

	"tessera/autograd"
)

// Linear is a layer of weighted sums of the channels of each pixel.
type Linear struct {
	Weight *autograd.Param `name:"weight"` // [IC, OC]
	Bias   *autograd.Param `name:"bias"`   // [OC]
}

// NewLinear makes a linear layer of ic to oc channels with a bias of zeros.
func NewLinear(rng *rand.Rand, ic, oc int, init Init) *Linear {
	return &Linear{
		Weight: newParam("IO", func(x []float32) { init(rng, ic, oc, x) }, ic, oc),
		Bias:   newParam("C", func([]float32) {}, oc),
	}
}

// Forward computes the sums for each pixel of x [N, H, W, IC].
func (l *Linear) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	return autograd.Linear(t, x, t.Param(l.Weight), t.Param(l.Bias))
}

// LayerNorm normalises the channels of each pixel.
type LayerNorm struct {
	Weight *autograd.Param `name:"weight"` // scale γ [C]
	Bias   *autograd.Param `name:"bias"`   // shift β [C]

	eps float64
}

// NewLayerNorm makes a layer normalisation of c channels.
func NewLayerNorm(c int, eps float64) *LayerNorm {
	return &LayerNorm{Weight: newParam("C", ones, c), Bias: newParam("C", func([]float32) {}, c), eps: eps}
}

// Forward normalises x [N, H, W, C].
func (l *LayerNorm) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	return autograd.LayerNorm(t, x, t.Param(l.Weight), t.Param(l.Bias), l.eps)
}
