package decoder

import (
	"math/rand/v2"

	"tessera/autograd"
	"tessera/nn"
	"tessera/tensor"
)

// MAnetSettings are the settings of the network of Fan et al., "MA-Net: A Multi-Scale Attention Network for Liver and
// Tumor Segmentation" (IEEE Access 8, 2020).
type MAnetSettings struct {
	EncoderDepth  int    `yaml:"encoder_depth"`
	Channels      []int  // decoder_channels: of the blocks' results, deepest first; nil for 256, 128, 64, 32, 16
	Norm          string `yaml:"decoder_use_norm"`
	PABChannels   int    `yaml:"decoder_pab_channels"`
	Interpolation string `yaml:"decoder_interpolation"`
}

func init() {
	registry["manet"] = func() Settings {
		return &MAnetSettings{EncoderDepth: 5, Norm: "batchnorm", PABChannels: 64, Interpolation: "nearest"}
	}
}

// Check reports settings out of range.
func (s *MAnetSettings) Check() error {
	var c check
	c.depth(3, s.EncoderDepth)
	c.oneOf("decoder_use_norm", s.Norm, norms...)
	c.from(1, "decoder_pab_channels", s.PABChannels)
	c.oneOf("decoder_interpolation", s.Interpolation, interpolations...)
	return c.err()
}

// Encoder returns the depth, and 32.
func (s *MAnetSettings) Encoder() (depth, outputStride int) { return s.EncoderDepth, 32 }

// SetChannels sets the channels of the blocks.
func (s *MAnetSettings) SetChannels(channels []int) error {
	s.Channels = channels
	return nil
}

// MAnetDecoder relates all pixels of the smallest map, and goes up by blocks that weigh channels.
type MAnetDecoder struct {
	Center *PAB          `name:"center"`
	Blocks []*MAnetBlock `name:"blocks"`
}

// PAB is the position-wise attention block: every pixel looks at every other. Its memory grows with the square of the
// map's pixels.
type PAB struct {
	Top    *nn.Conv2D `name:"top_conv"`
	Center *nn.Conv2D `name:"center_conv"`
	Bottom *nn.Conv2D `name:"bottom_conv"`
	Out    *nn.Conv2D `name:"out_conv"`
}

// MAnetBlock is one step up. The last, which has no skip connection, is a step of a U-Net.
type MAnetBlock struct {
	HL   []*ConvBNReLU  `name:"hl_conv"` // to the channels of the skip connection
	Low  *SqueezeExcite `name:"SE_ll"`   // attention of the skip connection
	High *SqueezeExcite `name:"SE_hl"`   // attention of what comes from below
	Unet *UnetBlock     `name:""`
}

func (s *MAnetSettings) build(rng *rand.Rand, channels []int) (plan, error) {
	n := len(channels)
	outs, err := blockChannels(s.Channels, n)
	if err != nil {
		return plan{}, err
	}
	in := channels[n-1]
	d := &MAnetDecoder{Center: &PAB{
		newPoint(rng, in, s.PABChannels), newPoint(rng, in, s.PABChannels), newBiased(rng, in, in, 3), newBiased(rng, in, in, 3)}}
	for i, out := range outs {
		skip := 0
		if at := n - 2 - i; at >= 0 {
			skip = channels[at]
		}
		d.Blocks = append(d.Blocks, s.block(rng, in, skip, out))
		in = out
	}
	return plan{decoder: d, channels: in, kernel: 3}, nil
}

// block makes a step up.
func (s *MAnetSettings) block(rng *rand.Rand, in, skip, out int) *MAnetBlock {
	b, from := &MAnetBlock{}, in
	if skip > 0 {
		b.HL = []*ConvBNReLU{newConvBNReLU(rng, in, in, 3, s.Norm), newConvBNReLU(rng, in, skip, 1, s.Norm)}
		b.Low = newSqueezeExcite(rng, skip, max(1, skip/16))
		b.High = newSqueezeExcite(rng, skip, max(1, skip/16))
		from = skip
	}
	b.Unet = &UnetBlock{interpolation: s.Interpolation,
		Conv1: newConvBNReLU(rng, from+skip, out, 3, s.Norm), Conv2: newConvBNReLU(rng, out, out, 3, s.Norm)}
	return b
}

// Forward returns a map of the picture's size.
func (d *MAnetDecoder) Forward(t *autograd.Tape, picture tensor.Shape, features []*autograd.Var) *autograd.Var {
	stages := d.stages(t, picture, features)
	return stages[len(stages)-1]
}

// stages returns the blocks' results, of which the last is that of Forward.
func (d *MAnetDecoder) stages(t *autograd.Tape, picture tensor.Shape, features []*autograd.Var) (list []*autograd.Var) {
	y := d.Center.Forward(t, features[len(features)-1])
	for i, b := range d.Blocks {
		at := len(features) - 2 - i
		if at >= 0 && features[at] != nil {
			y = b.Forward(t, y, features[at])
		} else {
			y = b.Unet.Forward(t, y, nil, picture.Dim(1)>>(at+1), picture.Dim(2)>>(at+1))
		}
		list = append(list, y)
	}
	return list
}

// stageChannels returns the channels of the stages.
func (d *MAnetDecoder) stageChannels() (list []int) {
	for _, b := range d.Blocks {
		list = append(list, b.Unet.channels())
	}
	return list
}

// Forward narrows x, weighs its channels, enlarges it to the size of the skip connection, joins that and convolves.
// Upstream enlarges first, by which the mean over the pixels does not change, as long as it is by nearest neighbour.
func (b *MAnetBlock) Forward(t *autograd.Tape, x, skip *autograd.Var) *autograd.Var {
	h, w := skip.Shape.Dim(1), skip.Shape.Dim(2)
	x = b.HL[1].Forward(t, b.HL[0].Forward(t, x))
	if b.Unet.interpolation != "nearest" {
		x = enlarge(t, x, h, w, b.Unet.interpolation, false)
	}
	weights := autograd.Add(t, b.High.Forward(t, x), b.Low.Forward(t, skip))
	return b.Unet.Forward(t, autograd.ScaleChannels(t, x, weights), skip, h, w)
}

// Forward adds to x [N, H, W, C] what its pixels see in each other, and convolves. The products are read as an image
// without being transposed first: so it is upstream.
func (p *PAB) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	relation := autograd.MatMulTransposed(t, p.Center.Forward(t, x), p.Top.Forward(t, x))
	seen := autograd.MatMul(t, autograd.ImageSoftmax(t, relation), p.Bottom.Forward(t, x))
	return p.Out.Forward(t, autograd.Add(t, x, autograd.Scramble(t, seen)))
}
