package decoder

import (
	"math/rand/v2"

	"tessera/autograd"
	"tessera/kernels"
	"tessera/nn"
)

// DownscaleStem halves pictures ahead of an encoder, for large ones: a strided 3×3 convolution beside 2×2 max pooling, joined
// by concatenation, as the initial block of ENet (Paszke et al., "ENet: A Deep Neural Network Architecture for Real-Time
// Semantic Segmentation", 2016), then a 1×1 convolution back to the pictures' channels, which the encoder is made for. The
// 1×1 convolution starts as the pooled picture alone, so that a pretrained encoder sees pictures from the first step on; the
// strided one joins in as training goes on. A side of n pixels becomes ⌈n/2⌉.
type DownscaleStem struct {
	Conv    *ConvBNReLU `name:"conv"`
	Project *nn.Conv2D  `name:"project"`
}

// stemChannels is how many maps are joined: ENet's number, or more where pictures have as many channels.
const stemChannels = 16

// newDownscaleStem makes a stem for pictures of c channels.
func newDownscaleStem(rng *rand.Rand, c int) *DownscaleStem {
	learned := max(stemChannels-c, c)
	s := &DownscaleStem{
		Conv: &ConvBNReLU{nn.NewConv2D(rng, c, learned, nn.ConvOptions{Kernel: 3, Stride: 2, Pad: nn.Pad(1), Init: nn.KaimingUniform}),
			newNorm(learned, autograd.WithReLU)},
		Project: nn.NewConv2D(rng, c+learned, c, nn.ConvOptions{Kernel: 1, Init: nn.Zero, BiasInit: nn.Zero}),
	}
	for i := range c { // the pooled maps come first
		s.Project.Weight.Value.Data[i*c+i] = 1
	}
	return s
}

// Forward returns pictures x [N, H, W, C] at half their size; a nil stem returns them as they are.
func (s *DownscaleStem) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	if s == nil {
		return x
	}
	_, h, w, _ := x.Shape.NHWC()
	pooled := autograd.MaxPool(t, x, kernels.Window{KH: 2, KW: 2, SH: 2, SW: 2, DH: 1, DW: 1, PB: h % 2, PR: w % 2})
	return s.Project.Forward(t, autograd.Concat(t, pooled, s.Conv.Forward(t, x)))
}
