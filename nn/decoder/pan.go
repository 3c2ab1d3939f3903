package decoder

import (
	"math/rand/v2"

	"tessera/autograd"
	"tessera/kernels"
	"tessera/nn"
	"tessera/tensor"
)

// PANSettings are the settings of the network of Li et al., "Pyramid Attention Network for Semantic Segmentation"
// (BMVC 2018).
type PANSettings struct {
	EncoderDepth  int    `yaml:"encoder_depth"`
	OutputStride  int    `yaml:"encoder_output_stride"`
	Channels      int    // decoder_channels
	Interpolation string `yaml:"decoder_interpolation"`
}

func init() {
	registry["pan"] = func() Settings { return &PANSettings{5, 16, 32, "bilinear"} }
}

// panLeast is the least side of the smallest map: the pyramid on it halves three times. Smaller pictures are enlarged
// by zeros.
const panLeast = 8

// Check reports settings out of range.
func (s *PANSettings) Check() error {
	var c check
	c.depth(3, s.EncoderDepth)
	c.number("encoder_output_stride", s.OutputStride, 16, 32)
	c.from(1, "decoder_channels", s.Channels)
	c.oneOf("decoder_interpolation", s.Interpolation, interpolations...)
	return c.err()
}

// Encoder returns the depth and the output stride.
func (s *PANSettings) Encoder() (depth, outputStride int) { return s.EncoderDepth, s.OutputStride }

// SetChannels sets the channels of all parts from one number.
func (s *PANSettings) SetChannels(channels []int) error { return one(&s.Channels, channels) }

// PANDecoder weighs the pixels of the smallest map by a pyramid on it, and goes up to 1/4 by weighing channels.
type PANDecoder struct {
	FPA  *FPA `name:"fpa"`
	GAU3 *GAU `name:"gau3"` // nil with less than five feature maps
	GAU2 *GAU `name:"gau2"` // nil with less than four
	GAU1 *GAU `name:"gau1"`
}

// BiasedBN is a convolution with a bias, batch normalisation and, but for attention, ReLU.
type BiasedBN struct {
	Conv *nn.Conv2D    `name:"conv"`
	BN   *nn.BatchNorm `name:"bn"`
}

// FPA is the feature pyramid attention.
type FPA struct {
	Global *BiasedBN `name:"branch1.1"`
	Mid    *BiasedBN `name:"mid.0"`
	Down1  *BiasedBN `name:"down1.1"`
	Down2  *BiasedBN `name:"down2.1"`
	Down3  *BiasedBN `name:"down3.1"`
	Deep   *BiasedBN `name:"down3.2"`
	Conv2  *BiasedBN `name:"conv2"`
	Conv1  *BiasedBN `name:"conv1"`
}

// GAU is the global attention upsampling.
type GAU struct {
	Weigh *BiasedBN `name:"conv1.1"`
	Conv  *BiasedBN `name:"conv2"`

	interpolation string
}

// newBiasedBN makes a k×k convolution that keeps the size.
func newBiasedBN(rng *rand.Rand, ic, oc, k int, act autograd.Activation) *BiasedBN {
	return &BiasedBN{newBiased(rng, ic, oc, k), newNorm(oc, act)}
}

// Forward convolves x [N, H, W, C].
func (b *BiasedBN) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	return b.BN.Forward(t, b.Conv.Forward(t, x))
}

// ForwardPooled convolves the mean of each image of x [N, H, W, C].
func (b *BiasedBN) ForwardPooled(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	return b.BN.ForwardPooled(t, b.Conv.Forward(t, autograd.GlobalAverage(t, x)))
}

func (s *PANSettings) build(rng *rand.Rand, channels []int) (plan, error) {
	if err := needs(channels, 3, 1); err != nil {
		return plan{}, err
	}
	conv := func(ic, oc, k int) *BiasedBN { return newBiasedBN(rng, ic, oc, k, autograd.WithReLU) }
	in, out := channels[len(channels)-1], s.Channels
	d := &PANDecoder{FPA: &FPA{
		Global: conv(in, out, 1), Mid: conv(in, out, 1), Down1: conv(in, 1, 7), Down2: conv(1, 1, 5),
		Down3: conv(1, 1, 3), Deep: conv(1, 1, 3), Conv2: conv(1, 1, 5), Conv1: conv(1, 1, 7),
	}}
	for i := min(len(channels), 5) - 1; i >= 2; i-- {
		*d.at(i) = &GAU{newBiasedBN(rng, out, out, 1, autograd.Identity), conv(channels[i-1], out, 3), s.Interpolation}
	}
	return plan{decoder: d, channels: out, kernel: 3, least: panLeast}, nil
}

// at returns the place of the block that goes up to feature map i-1.
func (d *PANDecoder) at(i int) **GAU { return []**GAU{&d.GAU1, &d.GAU2, &d.GAU3}[i-2] }

// Forward returns a map at 1/4.
func (d *PANDecoder) Forward(t *autograd.Tape, _ tensor.Shape, features []*autograd.Var) *autograd.Var {
	y := d.FPA.Forward(t, features[len(features)-1])
	for i := len(features) - 1; i >= 2; i-- {
		y = (*d.at(i)).Forward(t, features[i-1], y)
	}
	return y
}

// Forward weighs the pixels of x [N, H, W, C], which has at least 8 rows and columns.
func (f *FPA) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	_, h, w, _ := x.Shape.NHWC()
	halve := func(x *autograd.Var) *autograd.Var {
		return autograd.MaxPool(t, x, kernels.Window{KH: 2, KW: 2, SH: 2, SW: 2, DH: 1, DW: 1})
	}
	resize := func(x *autograd.Var, h, w int) *autograd.Var { return autograd.ResizeBilinear(t, x, h, w, true) }
	x1 := f.Down1.Forward(t, halve(x))
	x2 := f.Down2.Forward(t, halve(x1))
	x3 := f.Deep.Forward(t, f.Down3.Forward(t, halve(x2)))
	y := autograd.Add(t, f.Conv2.Forward(t, x2), resize(x3, h/4, w/4))
	y = autograd.Add(t, resize(y, h/2, w/2), f.Conv1.Forward(t, x1))
	weighed := autograd.ScalePixels(t, f.Mid.Forward(t, x), resize(y, h, w))
	global := f.Global.ForwardPooled(t, x)
	return autograd.Add(t, weighed, autograd.ResizeNearest(t, global, h, w))
}

// Forward weighs the channels of the lower map by the higher one, and adds both up.
func (g *GAU) Forward(t *autograd.Tape, lower, higher *autograd.Var) *autograd.Var {
	weights := autograd.Sigmoid(t, g.Weigh.ForwardPooled(t, higher))
	weighed := autograd.ScaleChannels(t, g.Conv.Forward(t, lower), weights)
	return autograd.Add(t, enlarge(t, higher, lower.Shape.Dim(1), lower.Shape.Dim(2), g.interpolation, true), weighed)
}
