// Package decoder has the models that turn an encoder's feature maps into a score for each class and pixel.
package decoder

import (
	"fmt"
	"math/rand/v2"

	"tessera/autograd"
	"tessera/nn"
	"tessera/tensor"
)

// An Encoder computes feature maps of falling resolution; package encoder has them.
type Encoder interface {
	Forward(t *autograd.Tape, x *autograd.Var) []*autograd.Var
	Channels() []int
}

// A Model gives logits [N, H, W, classes] for pictures [N, H, W, C] of any size.
type Model interface {
	Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var
}

// Unet is the U-Net of Ronneberger, Fischer and Brox (MICCAI 2015) on an encoder, as segmentation_models_pytorch builds
// it: every block enlarges by nearest neighbour to the size of the next skip connection, joins it, and convolves twice.
type Unet struct {
	Encoder Encoder    `name:"encoder"`
	Decoder UnetBlocks `name:"decoder"`
	Head    []any      `name:"segmentation_head"`
}

// UnetBlocks are the blocks of a Unet from the smallest map to the picture's size.
type UnetBlocks struct {
	Blocks []*UnetBlock `name:"blocks"`
}

// UnetBlock is one step up.
type UnetBlock struct {
	Conv1 *ConvBNReLU `name:"conv1"`
	Conv2 *ConvBNReLU `name:"conv2"`
}

// ConvBNReLU is a 3×3 convolution without bias, batch normalisation and ReLU.
type ConvBNReLU struct {
	Conv *nn.Conv2D    `name:"0"`
	BN   *nn.BatchNorm `name:"1"`
}

// UnetOptions are the settings of a Unet.
type UnetOptions struct {
	Classes  int
	Channels []int // of the blocks' results; nil means 256, 128, 64, 32, 16
}

// NewUnet makes a Unet with fresh weights from rng on an encoder. An impossible setting is an error.
func NewUnet(rng *rand.Rand, e Encoder, o UnetOptions) (*Unet, error) {
	skips := e.Channels()
	if o.Channels == nil {
		o.Channels = []int{256, 128, 64, 32, 16}
	}
	if len(o.Channels) != len(skips) {
		return nil, fmt.Errorf("decoder_channels: %d given, the encoder has %d feature maps", len(o.Channels), len(skips))
	}
	if o.Classes < 1 {
		return nil, fmt.Errorf("classes: %d, want at least 1", o.Classes)
	}
	u := &Unet{Encoder: e}
	in := skips[len(skips)-1]
	for i, out := range o.Channels {
		if out < 1 {
			return nil, fmt.Errorf("decoder_channels: %d, want at least 1", out)
		}
		skip := 0
		if at := len(skips) - 2 - i; at >= 0 {
			skip = skips[at]
		}
		u.Decoder.Blocks = append(u.Decoder.Blocks, &UnetBlock{newConvBNReLU(rng, in+skip, out), newConvBNReLU(rng, out, out)})
		in = out
	}
	head := nn.NewConv2D(rng, in, o.Classes, nn.ConvOptions{Kernel: 3, Pad: nn.Pad(1), Init: nn.XavierUniform, BiasInit: nn.Zero})
	u.Head = []any{head}
	return u, nil
}

func newConvBNReLU(rng *rand.Rand, ic, oc int) *ConvBNReLU {
	return &ConvBNReLU{
		nn.NewConv2D(rng, ic, oc, nn.ConvOptions{Kernel: 3, Pad: nn.Pad(1), Init: nn.KaimingUniform}),
		nn.NewBatchNorm(oc, 1e-5, 0.1, autograd.WithReLU),
	}
}

// Forward returns logits [N, H, W, classes] for pictures x [N, H, W, C].
func (u *Unet) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	features := u.Encoder.Forward(t, x)
	y := features[len(features)-1]
	for i, b := range u.Decoder.Blocks {
		if at := len(features) - 2 - i; at >= 0 {
			y = b.Forward(t, y, features[at].Shape, features[at])
		} else {
			y = b.Forward(t, y, x.Shape, nil)
		}
	}
	return u.Head[0].(*nn.Conv2D).Forward(t, y)
}

// Forward enlarges x to the height and width of target, joins the skip connection unless it is nil, and convolves.
// Where the target is twice as large, as it is for all but odd sizes, one operation does the first three.
func (b *UnetBlock) Forward(t *autograd.Tape, x *autograd.Var, target tensor.Shape, skip *autograd.Var) *autograd.Var {
	_, h, w, _ := x.Shape.NHWC()
	if target.Dim(1) == 2*h && target.Dim(2) == 2*w {
		x = nn.UpsampleConvNorm(t, x, skip, b.Conv1.Conv, b.Conv1.BN)
		return b.Conv2.Forward(t, x)
	}
	x = autograd.ResizeNearest(t, x, target.Dim(1), target.Dim(2))
	if skip != nil {
		x = autograd.Concat(t, x, skip)
	}
	return b.Conv2.Forward(t, b.Conv1.Forward(t, x))
}

// Forward convolves x [N, H, W, C].
func (c *ConvBNReLU) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	return nn.ConvNorm(t, x, c.Conv, c.BN)
}
