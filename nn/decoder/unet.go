package decoder

import (
	"fmt"
	"math/rand/v2"

	"tessera/autograd"
	"tessera/nn"
	"tessera/tensor"
)

// UnetSettings are the settings of the U-Net of Ronneberger, Fischer and Brox (MICCAI 2015).
type UnetSettings struct {
	EncoderDepth  int    `yaml:"encoder_depth"`
	Channels      []int  // decoder_channels: of the blocks' results, deepest first; nil for 256, 128, 64, 32, 16
	Norm          string `yaml:"decoder_use_norm"`
	Attention     string `yaml:"decoder_attention_type"`
	Interpolation string `yaml:"decoder_interpolation"`
}

func init() {
	registry["unet"] = func() Settings {
		return &UnetSettings{EncoderDepth: 5, Norm: "batchnorm", Interpolation: "nearest"}
	}
}

// Check reports settings out of range.
func (s *UnetSettings) Check() error {
	var c check
	c.depth(3, s.EncoderDepth)
	c.oneOf("decoder_use_norm", s.Norm, norms...)
	c.oneOf("decoder_attention_type", s.Attention, attentions...)
	c.oneOf("decoder_interpolation", s.Interpolation, interpolations...)
	return c.err()
}

// Encoder returns the depth, and 32.
func (s *UnetSettings) Encoder() (depth, outputStride int) { return s.EncoderDepth, 32 }

// SetChannels sets the channels of the blocks.
func (s *UnetSettings) SetChannels(channels []int) error {
	s.Channels = channels
	return nil
}

// blockChannels returns a number for each of the blocks; nil means 256, 128, 64, 32, 16.
func blockChannels(given []int, blocks int) ([]int, error) {
	usual := []int{256, 128, 64, 32, 16}
	if given == nil {
		given = usual
	}
	if len(given) != blocks {
		return nil, fmt.Errorf("decoder_channels: %v are %d, and the encoder has %d feature maps; one for each, such as %v", given, len(given),
			blocks, usual[:min(blocks, len(usual))])
	}
	for _, c := range given {
		if c < 1 {
			return nil, fmt.Errorf("decoder_channels: %d, want at least 1", c)
		}
	}
	return given, nil
}

// UnetDecoder has the blocks of a U-Net from the smallest map to the picture's size: every one enlarges to the size of
// the next skip connection, joins it, and convolves twice.
type UnetDecoder struct {
	Blocks []*UnetBlock `name:"blocks"`
}

// UnetBlock is one step up.
type UnetBlock struct {
	Conv1      *ConvBNReLU `name:"conv1"`
	Attention1 *SCSE       `name:"attention1"` // nil for none
	Conv2      *ConvBNReLU `name:"conv2"`
	Attention2 *SCSE       `name:"attention2"` // nil for none

	interpolation string
}

func (s *UnetSettings) build(rng *rand.Rand, channels []int) (plan, error) {
	outs, err := blockChannels(s.Channels, len(channels))
	if err != nil {
		return plan{}, err
	}
	d := &UnetDecoder{}
	in := channels[len(channels)-1]
	for i, out := range outs {
		skip := 0
		if at := len(channels) - 2 - i; at >= 0 {
			skip = channels[at]
		}
		b, err := s.block(rng, in, skip, out)
		if err != nil {
			return plan{}, err
		}
		d.Blocks = append(d.Blocks, b)
		in = out
	}
	return plan{decoder: d, channels: in, kernel: 3, anySize: true}, nil
}

// block makes a step up.
func (s *UnetSettings) block(rng *rand.Rand, in, skip, out int) (*UnetBlock, error) {
	b := &UnetBlock{interpolation: s.Interpolation}
	var err error
	b.Conv1 = newConvBNReLU(rng, in+skip, out, 3, s.Norm)
	if b.Attention1, err = newAttention(rng, s.Attention, in+skip); err != nil {
		return nil, err
	}
	b.Conv2 = newConvBNReLU(rng, out, out, 3, s.Norm)
	if b.Attention2, err = newAttention(rng, s.Attention, out); err != nil {
		return nil, err
	}
	if skip == 0 { // upstream has the parameters, but nothing depends on them
		freeze(b.Attention1)
	}
	return b, nil
}

// freeze keeps the parameters of a part that never runs from learning: weight decay would shrink them.
func freeze(part any) {
	nn.Walk(part, func(_ string, e nn.Entry) {
		if e.Param != nil {
			e.Param.Frozen = true
		}
	})
}

// Forward returns a map of the picture's size.
func (d *UnetDecoder) Forward(t *autograd.Tape, picture tensor.Shape, features []*autograd.Var) *autograd.Var {
	stages := d.stages(t, picture, features)
	return stages[len(stages)-1]
}

// stages returns the blocks' results, of which the last is that of Forward.
func (d *UnetDecoder) stages(t *autograd.Tape, picture tensor.Shape, features []*autograd.Var) (list []*autograd.Var) {
	y := features[len(features)-1]
	for i, b := range d.Blocks {
		at := len(features) - 2 - i
		switch {
		case at < 0:
			y = b.Forward(t, y, nil, picture.Dim(1), picture.Dim(2))
		case features[at] == nil:
			y = b.Forward(t, y, nil, picture.Dim(1)>>(at+1), picture.Dim(2)>>(at+1))
		default:
			y = b.Forward(t, y, features[at], features[at].Shape.Dim(1), features[at].Shape.Dim(2))
		}
		list = append(list, y)
	}
	return list
}

// stageChannels returns the channels of the stages.
func (d *UnetDecoder) stageChannels() (list []int) {
	for _, b := range d.Blocks {
		list = append(list, b.channels())
	}
	return list
}

// channels returns those of the block's result.
func (b *UnetBlock) channels() int { return b.Conv2.Conv.Weight.Value.Shape.Dim(3) }

// Forward enlarges x to h×w, joins the skip connection unless it is nil, and convolves. Where that is twice the size, as
// it is for all but odd sizes, one operation does the first three.
func (b *UnetBlock) Forward(t *autograd.Tape, x, skip *autograd.Var, h, w int) *autograd.Var {
	twice := h == 2*x.Shape.Dim(1) && w == 2*x.Shape.Dim(2) && b.interpolation == "nearest"
	if twice && b.Conv1.BN != nil && (skip == nil || b.Attention1 == nil) {
		x = nn.UpsampleConvNorm(t, x, skip, b.Conv1.Conv, b.Conv1.BN)
	} else {
		x = enlarge(t, x, h, w, b.interpolation, false)
		if skip != nil {
			x = b.Attention1.Forward(t, autograd.Concat(t, x, skip))
		}
		x = b.Conv1.Forward(t, x)
	}
	return b.Attention2.Forward(t, b.Conv2.Forward(t, x))
}

// UnetOptions are the commonest settings of a Unet.
type UnetOptions struct {
	Classes  int
	Channels []int // of the blocks' results; nil means 256, 128, 64, 32, 16
}

// NewUnet makes a U-Net with fresh weights from rng on an encoder: New with defaults. An impossible setting is an error.
func NewUnet(rng *rand.Rand, e Encoder, o UnetOptions) (*Unet, error) {
	s, err := Defaults("unet")
	if err != nil {
		return nil, err
	}
	if err := s.SetChannels(o.Channels); err != nil {
		return nil, err
	}
	return New("unet", rng, e, Options{Classes: o.Classes, Settings: s})
}
