package decoder

import (
	"math/rand/v2"

	"tessera/autograd"
	"tessera/nn"
	"tessera/tensor"
)

// SegformerSettings are the settings of the decoder of Xie et al., "SegFormer: Simple and Efficient Design for Semantic
// Segmentation with Transformers" (NeurIPS 2021), on any encoder.
type SegformerSettings struct {
	EncoderDepth int `yaml:"encoder_depth"`
	Channels     int `yaml:"decoder_segmentation_channels"`
}

func init() {
	registry["segformer"] = func() Settings { return &SegformerSettings{5, 256} }
}

// Check reports settings out of range.
func (s *SegformerSettings) Check() error {
	var c check
	c.depth(3, s.EncoderDepth)
	c.from(1, "decoder_segmentation_channels", s.Channels)
	return c.err()
}

// Encoder returns the depth, and 32.
func (s *SegformerSettings) Encoder() (depth, outputStride int) { return s.EncoderDepth, 32 }

// SetChannels is an error: another setting stands for it.
func (s *SegformerSettings) SetChannels([]int) error {
	return noChannels("set decoder_segmentation_channels")
}

// SegformerDecoder brings all maps to the same channels and to 1/4, and fuses them.
type SegformerDecoder struct {
	Stages []*MLP      `name:"mlp_stage"` // from the smallest map
	Fuse   *ConvBNReLU `name:"fuse_stage"`
}

// MLP is a linear layer.
type MLP struct {
	Linear *nn.Linear `name:"linear"`
}

func (s *SegformerSettings) build(rng *rand.Rand, channels []int) (plan, error) {
	if err := needs(channels, 3, 1); err != nil {
		return plan{}, err
	}
	d := &SegformerDecoder{}
	for i := len(channels) - 1; i >= 0; i-- {
		if channels[i] > 0 {
			d.Stages = append(d.Stages, &MLP{nn.NewLinear(rng, channels[i], s.Channels, nn.XavierUniform, nn.Zero)})
		}
	}
	d.Fuse = newConvBNReLU(rng, len(d.Stages)*s.Channels, s.Channels, 1, "batchnorm")
	return plan{decoder: d, channels: s.Channels, kernel: 1}, nil
}

// Forward returns a map at 1/4.
func (d *SegformerDecoder) Forward(t *autograd.Tape, picture tensor.Shape, features []*autograd.Var) *autograd.Var {
	h, w := picture.Dim(1)/4, picture.Dim(2)/4
	var parts []*autograd.Var
	for i, stage := range d.Stages {
		y := features[len(features)-1-i]
		if y.Shape.Dim(1) > h { // what is to shrink shrinks first: the result is the same, and less work
			y = autograd.ResizeBilinear(t, y, h, w, false)
		}
		y = stage.Linear.Forward(t, y)
		parts = append(parts, autograd.ResizeBilinear(t, y, h, w, false))
	}
	return d.Fuse.Forward(t, autograd.Concat(t, parts...))
}
