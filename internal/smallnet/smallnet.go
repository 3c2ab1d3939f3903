// Package smallnet is an encoder for tests of what trains models and keeps them: Name, of 6,000 numbers, where the smallest that
// people train has two million. A test that imports the package can ask for it by name, in a configuration too.
//
// It has what encoders have: maps at 1/2 to 1/32, dense and depthwise convolutions, batch norms, residuals that can be
// dropped, strides that become dilations, and layers that are frozen where they lie behind the last map.
package smallnet

import (
	"math/rand/v2"

	"tessera/autograd"
	"tessera/nn"
	"tessera/nn/encoder"
)

// Name is what configurations call the encoder.
const Name = "small"

var channels = []int{8, 12, 16, 24, 32}

func init() { encoder.Register(Name, build) }

// An Encoder has a stage for each of its feature maps, and some that are frozen.
type Encoder struct {
	Stages []*Stage `name:"stages"`

	depth int
}

// A Stage halves a map, or widens its windows by as much, and adds what a convolution in each channel makes of it.
type Stage struct {
	Conv   *encoder.ConvNorm   `name:"conv"`
	Filter *nn.DepthwiseConv2D `name:"conv_dw"`
	BN     *nn.BatchNorm       `name:"bn"`

	drop float64
}

func build(rng *rand.Rand, o encoder.Options) encoder.Encoder {
	e := &Encoder{depth: o.Depth}
	in, stride := o.InChannels, 2
	for i, c := range channels {
		s := newStage(rng, in, c, stride, o)
		s.drop = o.DropConnect * float64(i) / float64(len(channels)-1)
		if i >= o.Depth {
			nn.Walk(s, func(_ string, e nn.Entry) {
				if e.Param != nil {
					e.Param.Frozen = true
				}
			})
		}
		e.Stages = append(e.Stages, s)
		in, stride = c, 2*stride
	}
	return e
}

// newStage makes a stage whose map is at 1/stride of the picture.
func newStage(rng *rand.Rand, in, out, stride int, o encoder.Options) *Stage {
	half := nn.ConvOptions{Kernel: 3, Stride: 2, Pad: nn.Pad(1)}
	same := nn.ConvOptions{Kernel: 3, Pad: nn.Pad(1)}
	if wide := stride / o.OutputStride; wide > 1 {
		half = nn.ConvOptions{Kernel: 3, Dilation: wide, Pad: nn.Pad(wide)}
		same = half
	}
	return &Stage{
		Conv:   &encoder.ConvNorm{Conv: nn.NewConv2D(rng, in, out, half), BN: nn.NewBatchNorm(out, 1e-5, 0.1, autograd.WithReLU)},
		Filter: nn.NewDepthwiseConv2D(rng, out, same),
		BN:     nn.NewBatchNorm(out, 1e-5, 0.1, autograd.WithReLU6),
	}
}

// Channels returns the channels of the feature maps.
func (e *Encoder) Channels() []int { return channels[:e.depth] }

// Forward returns the feature maps at 1/2, 1/4, … of x [N, H, W, C].
func (e *Encoder) Forward(t *autograd.Tape, x *autograd.Var) []*autograd.Var {
	var maps []*autograd.Var
	for _, s := range e.Stages[:e.depth] {
		x = s.Conv.Forward(t, x)
		x = autograd.Add(t, x, autograd.DropConnect(t, nn.DepthwiseConvNorm(t, x, s.Filter, s.BN), s.drop))
		maps = append(maps, x)
	}
	return maps
}
