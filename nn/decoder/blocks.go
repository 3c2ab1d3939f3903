package decoder

import (
	"fmt"
	"math/rand/v2"

	"tessera/autograd"
	"tessera/nn"
)

// ConvBNReLU is a convolution, batch normalisation and ReLU.
type ConvBNReLU struct {
	Conv *nn.Conv2D    `name:"0"`
	BN   *nn.BatchNorm `name:"1"` // nil for none: the convolution has a bias then
}

// newConvBNReLU makes a k×k convolution that keeps the size, with the normalisation batchnorm or identity.
func newConvBNReLU(rng *rand.Rand, ic, oc, k int, norm string) *ConvBNReLU {
	o := nn.ConvOptions{Kernel: k, Pad: nn.Pad(k / 2), Init: nn.KaimingUniform}
	if norm == "identity" {
		o.BiasInit = nn.Zero
		return &ConvBNReLU{Conv: nn.NewConv2D(rng, ic, oc, o)}
	}
	return &ConvBNReLU{nn.NewConv2D(rng, ic, oc, o), newNorm(oc, autograd.WithReLU)}
}

// newNorm makes a batch normalisation with PyTorch's constants.
func newNorm(c int, act autograd.Activation) *nn.BatchNorm { return nn.NewBatchNorm(c, 1e-5, 0.1, act) }

// newPoint makes a 1×1 convolution with a bias.
func newPoint(rng *rand.Rand, ic, oc int) *nn.Conv2D { return newBiased(rng, ic, oc, 1) }

// newBiased makes a k×k convolution with a bias that keeps the size.
func newBiased(rng *rand.Rand, ic, oc, k int) *nn.Conv2D {
	return nn.NewConv2D(rng, ic, oc, nn.ConvOptions{Kernel: k, Pad: nn.Pad(k / 2), Init: nn.KaimingUniform, BiasInit: nn.Zero})
}

// Forward convolves x [N, H, W, C].
func (c *ConvBNReLU) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	if c.BN == nil {
		return autograd.ReLU(t, c.Conv.Forward(t, x))
	}
	return nn.ConvNorm(t, x, c.Conv, c.BN)
}

// enlarge resizes x to h×w by nearest neighbour or bilinearly; corners says whether those stay in place.
func enlarge(t *autograd.Tape, x *autograd.Var, h, w int, mode string, corners bool) *autograd.Var {
	if mode == "bilinear" {
		return autograd.ResizeBilinear(t, x, h, w, corners)
	}
	return autograd.ResizeNearest(t, x, h, w)
}

// SqueezeExcite is the path of channel attention: a factor for each channel from the means over the pixels.
type SqueezeExcite struct {
	Reduce *nn.Conv2D `name:"1"`
	Expand *nn.Conv2D `name:"3"`
}

func newSqueezeExcite(rng *rand.Rand, c, reduced int) *SqueezeExcite {
	return &SqueezeExcite{newPoint(rng, c, reduced), newPoint(rng, reduced, c)}
}

// Forward returns factors [N, 1, 1, C] for x [N, H, W, C].
func (s *SqueezeExcite) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	y := autograd.ReLU(t, s.Reduce.Forward(t, autograd.GlobalAverage(t, x)))
	return autograd.Sigmoid(t, s.Expand.Forward(t, y))
}

// SCSE weighs channels and pixels and adds up both results (Roy, Navab and Wachinger, "Concurrent Spatial and Channel
// Squeeze & Excitation in Fully Convolutional Networks", MICCAI 2018).
type SCSE struct {
	Channels *SqueezeExcite `name:"attention.cSE"`
	Pixels   *nn.Conv2D     `name:"attention.sSE.0"`
}

// scseReduction is by how much the channels are squeezed.
const scseReduction = 16

// newAttention makes the attention scse for c channels, or none, nil. Too few channels are an error.
func newAttention(rng *rand.Rand, kind string, c int) (*SCSE, error) {
	if kind == "" {
		return nil, nil
	}
	if c < scseReduction {
		return nil, fmt.Errorf("decoder_attention_type: scse squeezes channels by %d, but a block of decoder_channels has %d",
			scseReduction, c)
	}
	return &SCSE{newSqueezeExcite(rng, c, c/scseReduction), newPoint(rng, c, 1)}, nil
}

// Forward weighs x [N, H, W, C]; a nil SCSE returns it.
func (s *SCSE) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	if s == nil {
		return x
	}
	channels := autograd.ScaleChannels(t, x, s.Channels.Forward(t, x))
	pixels := autograd.ScalePixels(t, x, autograd.Sigmoid(t, s.Pixels.Forward(t, x)))
	return autograd.Add(t, channels, pixels)
}
