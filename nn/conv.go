package nn

import (
	"math/rand/v2"

	"tessera/autograd"
	"tessera/kernels"
)

// Conv2D is a convolution layer.
type Conv2D struct {
	Weight *autograd.Param `name:"weight"` // [KH, KW, IC/groups, OC]
	Bias   *autograd.Param `name:"bias"`   // [OC], nil for none

	groups int
	window kernels.Window
}

// ConvOptions are the settings of a convolution layer beside its channels. The zero value of Stride, Dilation and
// Groups means 1; Init draws the weights, BiasInit the bias, and a nil BiasInit means no bias.
type ConvOptions struct {
	Kernel, Stride, Dilation, Groups int
	Pad                              Padding
	Init, BiasInit                   Init
}

func (o *ConvOptions) complete() kernels.Window {
	o.Stride, o.Dilation, o.Groups = max(1, o.Stride), max(1, o.Dilation), max(1, o.Groups)
	if o.Init == nil {
		o.Init = TorchDefault
	}
	return kernels.Window{SH: o.Stride, SW: o.Stride, DH: o.Dilation, DW: o.Dilation,
		PT: o.Pad.Top, PL: o.Pad.Left, PB: o.Pad.Bottom, PR: o.Pad.Right}
}

// NewConv2D makes a convolution of ic to oc channels.
func NewConv2D(rng *rand.Rand, ic, oc int, o ConvOptions) *Conv2D {
	c := &Conv2D{window: o.complete(), groups: o.Groups}
	fanIn, fanOut := o.Kernel*o.Kernel*ic/o.Groups, o.Kernel*o.Kernel*oc/o.Groups
	draw := func(x []float32) { o.Init(rng, fanIn, fanOut, x) }
	c.Weight = newParam("HWIO", draw, o.Kernel, o.Kernel, ic/o.Groups, oc)
	if o.BiasInit != nil {
		c.Bias = newParam("C", func(x []float32) { o.BiasInit(rng, fanIn, fanOut, x) }, oc)
	}
	return c
}

// Forward convolves x [N, H, W, IC].
func (c *Conv2D) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	var bias *autograd.Var
	if c.Bias != nil {
		bias = t.Param(c.Bias)
	}
	return autograd.Conv(t, x, t.Param(c.Weight), bias, c.groups, c.window)
}

// DepthwiseConv2D is a convolution of each channel by itself.
type DepthwiseConv2D struct {
	Weight *autograd.Param `name:"weight"` // [KH, KW, C]
	Bias   *autograd.Param `name:"bias"`   // [C], nil for none

	window kernels.Window
}

// NewDepthwiseConv2D makes a depthwise convolution of c channels. Groups of the options is not used.
func NewDepthwiseConv2D(rng *rand.Rand, c int, o ConvOptions) *DepthwiseConv2D {
	d := &DepthwiseConv2D{window: o.complete()}
	taps := o.Kernel * o.Kernel
	d.Weight = newParam("HWC", func(x []float32) { o.Init(rng, taps, taps, x) }, o.Kernel, o.Kernel, c)
	if o.BiasInit != nil {
		d.Bias = newParam("C", func(x []float32) { o.BiasInit(rng, taps, taps, x) }, c)
	}
	return d
}

// Forward convolves x [N, H, W, C].
func (d *DepthwiseConv2D) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	y := autograd.DepthwiseConv(t, x, t.Param(d.Weight), d.window)
	if d.Bias != nil {
		y = autograd.AddBias(t, y, t.Param(d.Bias))
	}
	return y
}
