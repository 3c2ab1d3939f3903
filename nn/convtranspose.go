package nn

import (
	"math/rand/v2"

	"tessera/autograd"
	"tessera/kernels"
)

// ConvTranspose2D is a transposed convolution, which enlarges by its stride.
type ConvTranspose2D struct {
	Weight *autograd.Param `name:"weight"` // [KH, KW, OC, IC]: PyTorch's [IC, OC, KH, KW] read as that of the convolution back
	Bias   *autograd.Param `name:"bias"`   // [OC], nil for none

	window kernels.Window
}

// NewConvTranspose2D makes a transposed convolution of ic to oc channels. Groups of the options are not used. The
// fan-in that Init sees is that of PyTorch: the window times oc.
func NewConvTranspose2D(rng *rand.Rand, ic, oc int, o ConvOptions) *ConvTranspose2D {
	c := &ConvTranspose2D{window: o.complete()}
	fanIn, fanOut := o.Kernel*o.Kernel*oc, o.Kernel*o.Kernel*ic
	c.Weight = newParam("HWIO", func(x []float32) { o.Init(rng, fanIn, fanOut, x) }, o.Kernel, o.Kernel, oc, ic)
	if o.BiasInit != nil {
		c.Bias = newParam("C", func(x []float32) { o.BiasInit(rng, fanIn, fanOut, x) }, oc)
	}
	return c
}

// Forward enlarges x [N, H, W, IC].
func (c *ConvTranspose2D) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	var bias *autograd.Var
	if c.Bias != nil {
		bias = t.Param(c.Bias)
	}
	return autograd.ConvTranspose(t, x, t.Param(c.Weight), bias, c.window)
}
