// Package nn has the layers that models are made of, the rules by which they are initialised, and Walk, which gives a
// model's parameters the names that checkpoints use.
//
// A model is a struct whose fields are its names:
//
//	type ConvBNReLU struct {
//		Conv *nn.Conv2D    `name:"0"`
//		BN   *nn.BatchNorm `name:"1"`
//	}
//
// A nil pointer is a branch that the model does not have. Reflection runs when models are built, loaded and saved, never
// in a step.
package nn

import (
	"tessera/autograd"
	"tessera/tensor"
)

// Padding is what a window adds on each side, in pixels.
type Padding struct{ Top, Left, Bottom, Right int }

// Pad returns the same padding on all sides.
func Pad(p int) Padding { return Padding{p, p, p, p} }

// SamePadding returns the padding with which a k×k window of a stride gives ceil(size/stride) outputs, the odd pixel
// at the bottom and right, as TensorFlow pads. EfficientNets compute it once for their nominal input size and keep it
// for every other size.
func SamePadding(size, k, stride int) Padding {
	out := (size + stride - 1) / stride
	p := max(0, (out-1)*stride+k-size)
	return Padding{p / 2, p / 2, p - p/2, p - p/2}
}

// newParam makes a parameter filled by init.
func newParam(axes string, init func(x []float32), sizes ...int) *autograd.Param {
	p := autograd.NewParam(axes, tensor.Dims(sizes...))
	init(p.Value.Data)
	return p
}
