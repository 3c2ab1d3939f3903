package decoder

import (
	"fmt"
	"math/rand/v2"

	"tessera/autograd"
	"tessera/nn"
	"tessera/tensor"
)

// LinknetSettings are the settings of the LinkNet of Chaurasia and Culurciello, "LinkNet: Exploiting Encoder
// Representations for Efficient Semantic Segmentation" (VCIP 2017).
type LinknetSettings struct {
	EncoderDepth int    `yaml:"encoder_depth"`
	Norm         string `yaml:"decoder_use_norm"`
}

func init() {
	registry["linknet"] = func() Settings { return &LinknetSettings{EncoderDepth: 5, Norm: "batchnorm"} }
}

// Check reports settings out of range.
func (s *LinknetSettings) Check() error {
	var c check
	c.depth(3, s.EncoderDepth)
	c.oneOf("decoder_use_norm", s.Norm, norms...)
	return c.err()
}

// Encoder returns the depth, and 32.
func (s *LinknetSettings) Encoder() (depth, outputStride int) { return s.EncoderDepth, 32 }

// SetChannels is an error: the channels are the encoder's.
func (s *LinknetSettings) SetChannels([]int) error {
	return noChannels("its channels are those of the encoder")
}

// linknetChannels are those of the decoder's result.
const linknetChannels = 32

// LinknetDecoder enlarges step by step and adds the skip connections.
type LinknetDecoder struct {
	Blocks []*LinknetBlock `name:"blocks"`
}

// LinknetBlock squeezes the channels by four, enlarges twice, and widens them again.
type LinknetBlock struct {
	Squeeze *ConvBNReLU    `name:"block.0"`
	Enlarge *TransposeReLU `name:"block.1"`
	Widen   *ConvBNReLU    `name:"block.2"`
}

// TransposeReLU is a transposed convolution that doubles the size, batch normalisation and ReLU.
type TransposeReLU struct {
	Conv *nn.ConvTranspose2D `name:"0"`
	BN   *nn.BatchNorm       `name:"1"` // nil for none
}

func (s *LinknetSettings) build(rng *rand.Rand, channels []int) (plan, error) {
	if err := needs(channels, 1, 0); err != nil {
		return plan{}, err
	}
	d := &LinknetDecoder{}
	for i := len(channels) - 1; i >= 0; i-- {
		in, out := channels[i], linknetChannels
		if in < 4 {
			return plan{}, fmt.Errorf("the encoder has %d channels at 1/%d, want at least 4", in, 2<<i)
		}
		if i > 0 {
			out = channels[i-1]
		}
		d.Blocks = append(d.Blocks, &LinknetBlock{
			newConvBNReLU(rng, in, in/4, 1, s.Norm), newTransposeReLU(rng, in/4, s.Norm),
			newConvBNReLU(rng, in/4, out, 1, s.Norm),
		})
	}
	return plan{decoder: d, channels: linknetChannels, kernel: 1}, nil
}

func newTransposeReLU(rng *rand.Rand, c int, norm string) *TransposeReLU {
	b := &TransposeReLU{Conv: nn.NewConvTranspose2D(rng, c, c,
		nn.ConvOptions{Kernel: 4, Stride: 2, Pad: nn.Pad(1), BiasInit: nn.TorchDefault})}
	if norm != "identity" {
		b.BN = newNorm(c, autograd.WithReLU)
	}
	return b
}

// Forward enlarges x [N, H, W, C].
func (b *TransposeReLU) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	x = b.Conv.Forward(t, x)
	if b.BN == nil {
		return autograd.ReLU(t, x)
	}
	return b.BN.Forward(t, x)
}

// Forward returns a map of the picture's size.
func (d *LinknetDecoder) Forward(t *autograd.Tape, _ tensor.Shape, features []*autograd.Var) *autograd.Var {
	y := features[len(features)-1]
	for i, b := range d.Blocks {
		y = b.Widen.Forward(t, b.Enlarge.Forward(t, b.Squeeze.Forward(t, y)))
		if at := len(features) - 2 - i; at >= 0 {
			y = autograd.Add(t, y, features[at])
		}
	}
	return y
}
