package decoder

import (
	"math/rand/v2"

	"tessera/autograd"
	"tessera/nn"
	"tessera/tensor"
)

// DeepLabV3Settings are the settings of DeepLabV3 (Chen et al., arXiv:1706.05587).
type DeepLabV3Settings struct {
	EncoderDepth  int     `yaml:"encoder_depth"`
	OutputStride  int     `yaml:"encoder_output_stride"`
	Channels      int     // decoder_channels
	AtrousRates   [3]int  `yaml:"decoder_atrous_rates"`
	ASPPSeparable bool    `yaml:"decoder_aspp_separable"`
	ASPPDropout   float64 `yaml:"decoder_aspp_dropout"`
}

// DeepLabV3PlusSettings are the settings of DeepLabV3+ (Chen et al., "Encoder-Decoder with Atrous Separable Convolution
// for Semantic Image Segmentation", ECCV 2018).
type DeepLabV3PlusSettings struct {
	EncoderDepth  int     `yaml:"encoder_depth"`
	OutputStride  int     `yaml:"encoder_output_stride"`
	Channels      int     // decoder_channels
	AtrousRates   [3]int  `yaml:"decoder_atrous_rates"`
	ASPPSeparable bool    `yaml:"decoder_aspp_separable"`
	ASPPDropout   float64 `yaml:"decoder_aspp_dropout"`
}

func init() {
	rates := [3]int{12, 24, 36}
	registry["deeplabv3"] = func() Settings {
		return &DeepLabV3Settings{5, 8, 256, rates, false, 0.5}
	}
	registry["deeplabv3plus"] = func() Settings {
		return &DeepLabV3PlusSettings{5, 16, 256, rates, true, 0.5}
	}
}

// Check reports settings out of range.
func (s *DeepLabV3Settings) Check() error {
	var c check
	c.depth(3, s.EncoderDepth)
	c.number("encoder_output_stride", s.OutputStride, 8, 16)
	c.from(1, "decoder_channels", s.Channels)
	c.from(1, "decoder_atrous_rates", s.AtrousRates[:]...)
	c.probability("decoder_aspp_dropout", s.ASPPDropout)
	return c.err()
}

// Check reports settings out of range.
func (s *DeepLabV3PlusSettings) Check() error { return (*DeepLabV3Settings)(s).Check() }

// Encoder returns the depth and the output stride.
func (s *DeepLabV3Settings) Encoder() (depth, outputStride int) {
	return s.EncoderDepth, s.OutputStride
}

// Encoder returns the depth and the output stride.
func (s *DeepLabV3PlusSettings) Encoder() (depth, outputStride int) {
	return s.EncoderDepth, s.OutputStride
}

// SetChannels sets the channels of all parts from one number.
func (s *DeepLabV3Settings) SetChannels(channels []int) error { return one(&s.Channels, channels) }

// SetChannels sets the channels of all parts from one number.
func (s *DeepLabV3PlusSettings) SetChannels(channels []int) error { return one(&s.Channels, channels) }

// aspp makes the pyramid on the smallest map.
func (s *DeepLabV3Settings) aspp(rng *rand.Rand, channels []int) *ASPP {
	return newASPP(rng, channels[len(channels)-1], s.Channels, s.AtrousRates, s.ASPPSeparable, s.ASPPDropout)
}

// DeepLabV3Decoder is a pyramid of atrous convolutions on the smallest map.
type DeepLabV3Decoder struct {
	ASPP *ASPP         `name:"aspp"`
	Conv *nn.Conv2D    `name:"conv"`
	BN   *nn.BatchNorm `name:"bn"`
}

func (s *DeepLabV3Settings) build(rng *rand.Rand, channels []int) (plan, error) {
	if err := needs(channels, 1, len(channels)-1); err != nil {
		return plan{}, err
	}
	d := &DeepLabV3Decoder{ASPP: s.aspp(rng, channels)}
	last := newPlain(rng, s.Channels, s.Channels, atrous(1))
	d.Conv, d.BN = last.Conv, last.BN
	return plan{decoder: d, channels: s.Channels, kernel: 1, torchInit: true}, nil
}

// Forward returns a map of the smallest feature map's size.
func (d *DeepLabV3Decoder) Forward(t *autograd.Tape, _ tensor.Shape, features []*autograd.Var) *autograd.Var {
	return nn.ConvNorm(t, d.ASPP.Forward(t, features[len(features)-1]), d.Conv, d.BN)
}

// DeepLabV3PlusDecoder adds the edges of the map at 1/4.
type DeepLabV3PlusDecoder struct {
	ASPP   *ASPP            `name:"aspp.0"`
	Refine *SeparableTail   `name:"aspp"`
	Edges  *ConvBNReLU      `name:"block1"`
	Fuse   *SeparableBNReLU `name:"block2"`
}

// SeparableTail is SeparableBNReLU under the names it has behind the pyramid.
type SeparableTail struct {
	Depth *nn.DepthwiseConv2D `name:"1.0"`
	Point *nn.Conv2D          `name:"1.1"`
	BN    *nn.BatchNorm       `name:"2"`
}

// edgeChannels is what the map at 1/4 is narrowed to.
const edgeChannels = 48

func (s *DeepLabV3PlusSettings) build(rng *rand.Rand, channels []int) (plan, error) {
	if err := needs(channels, 3, 1); err != nil {
		return plan{}, err
	}
	d := &DeepLabV3PlusDecoder{ASPP: (*DeepLabV3Settings)(s).aspp(rng, channels)}
	d.Refine = (*SeparableTail)(newSeparable(rng, s.Channels, s.Channels, 1))
	d.Edges = newPlain(rng, channels[1], edgeChannels, nn.ConvOptions{Kernel: 1})
	d.Fuse = newSeparable(rng, edgeChannels+s.Channels, s.Channels, 1)
	return plan{decoder: d, channels: s.Channels, kernel: 1, torchInit: true}, nil
}

// Forward returns a map at 1/4.
func (d *DeepLabV3PlusDecoder) Forward(t *autograd.Tape, _ tensor.Shape, features []*autograd.Var) *autograd.Var {
	y := d.Refine.Forward(t, d.ASPP.Forward(t, features[len(features)-1]))
	y = autograd.ResizeBilinear(t, y, features[1].Shape.Dim(1), features[1].Shape.Dim(2), true)
	return d.Fuse.Forward(t, autograd.Concat(t, y, d.Edges.Forward(t, features[1])))
}

// Forward convolves x [N, H, W, C].
func (s *SeparableTail) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	return nn.ConvNorm(t, s.Depth.Forward(t, x), s.Point, s.BN)
}
