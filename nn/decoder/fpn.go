package decoder

import (
	"math/rand/v2"

	"tessera/autograd"
	"tessera/nn"
	"tessera/tensor"
)

// FPNSettings are the settings of the feature pyramid network of Lin et al. (CVPR 2017) as Kirillov et al. segment with
// it ("Panoptic Feature Pyramid Networks", CVPR 2019).
type FPNSettings struct {
	EncoderDepth         int     `yaml:"encoder_depth"`
	PyramidChannels      int     `yaml:"decoder_pyramid_channels"`
	SegmentationChannels int     `yaml:"decoder_segmentation_channels"`
	MergePolicy          string  `yaml:"decoder_merge_policy"`
	Dropout              float64 `yaml:"decoder_dropout"`
	Interpolation        string  `yaml:"decoder_interpolation"`
}

func init() {
	registry["fpn"] = func() Settings {
		return &FPNSettings{EncoderDepth: 5, PyramidChannels: 256, SegmentationChannels: 128, MergePolicy: "add",
			Dropout: 0.2, Interpolation: "nearest"}
	}
}

// fpnLevels is how many feature maps are joined, fpnGroups the groups of their normalisation.
const fpnLevels, fpnGroups = 4, 32

// Check reports settings out of range.
func (s *FPNSettings) Check() error {
	var c check
	c.depth(fpnLevels, s.EncoderDepth)
	c.from(1, "decoder_pyramid_channels", s.PyramidChannels)
	if s.SegmentationChannels < 1 || s.SegmentationChannels%fpnGroups != 0 {
		c.say("decoder_segmentation_channels: %d; allowed: a multiple of %d, because so many groups are normalised",
			s.SegmentationChannels, fpnGroups)
	}
	c.oneOf("decoder_merge_policy", s.MergePolicy, "add", "cat")
	c.probability("decoder_dropout", s.Dropout)
	c.oneOf("decoder_interpolation", s.Interpolation, interpolations...)
	return c.err()
}

// Encoder returns the depth, and 32.
func (s *FPNSettings) Encoder() (depth, outputStride int) { return s.EncoderDepth, 32 }

// SetChannels is an error: two settings stand for it.
func (s *FPNSettings) SetChannels([]int) error {
	return noChannels("set decoder_pyramid_channels and decoder_segmentation_channels")
}

// FPNDecoder joins the four smallest maps to a pyramid, refines each of its levels, and adds them up or joins them.
type FPNDecoder struct {
	P5   *nn.Conv2D `name:"p5"`
	P4   *nn.Conv2D `name:"p4.skip_conv"`
	P3   *nn.Conv2D `name:"p3.skip_conv"`
	P2   *nn.Conv2D `name:"p2.skip_conv"`
	Segs []*FPNSeg  `name:"seg_blocks"` // from the smallest map

	settings FPNSettings
}

// FPNSeg refines a level of the pyramid until it has the size of the largest.
type FPNSeg struct {
	Blocks []*FPNBlock `name:"block"`
}

// FPNBlock is a 3×3 convolution without bias, group normalisation and ReLU.
type FPNBlock struct {
	Conv *nn.Conv2D    `name:"block.0"`
	Norm *nn.GroupNorm `name:"block.1"`
}

func (s *FPNSettings) build(rng *rand.Rand, channels []int) (plan, error) {
	n := len(channels)
	if err := needs(channels, fpnLevels, n-fpnLevels); err != nil {
		return plan{}, err
	}
	pyramid := func(level int) *nn.Conv2D { return newPoint(rng, channels[n-1-level], s.PyramidChannels) }
	d := &FPNDecoder{P5: pyramid(0), P4: pyramid(1), P3: pyramid(2), P2: pyramid(3), settings: *s}
	for level := range fpnLevels {
		seg, in := &FPNSeg{}, s.PyramidChannels
		for range max(1, fpnLevels-1-level) {
			seg.Blocks = append(seg.Blocks, &FPNBlock{
				nn.NewConv2D(rng, in, s.SegmentationChannels, nn.ConvOptions{Kernel: 3, Pad: nn.Pad(1), Init: nn.KaimingUniform}),
				nn.NewGroupNorm(fpnGroups, s.SegmentationChannels, 1e-5, autograd.WithReLU),
			})
			in = s.SegmentationChannels
		}
		d.Segs = append(d.Segs, seg)
	}
	out := s.SegmentationChannels
	if s.MergePolicy == "cat" {
		out *= fpnLevels
	}
	return plan{decoder: d, channels: out, kernel: 1}, nil
}

// Forward returns a map of the size of the fourth smallest feature map.
func (d *FPNDecoder) Forward(t *autograd.Tape, _ tensor.Shape, features []*autograd.Var) *autograd.Var {
	features = features[len(features)-fpnLevels:]
	var levels []*autograd.Var
	for i, conv := range []*nn.Conv2D{d.P5, d.P4, d.P3, d.P2} {
		p := conv.Forward(t, features[fpnLevels-1-i])
		if i > 0 {
			p = autograd.Add(t, enlarge(t, levels[i-1], p.Shape.Dim(1), p.Shape.Dim(2), d.settings.Interpolation, false), p)
		}
		levels = append(levels, p)
	}
	for i, seg := range d.Segs {
		levels[i] = seg.Forward(t, levels[i], i < fpnLevels-1)
	}
	y := levels[0]
	if d.settings.MergePolicy == "cat" {
		y = autograd.Concat(t, levels...)
	} else {
		for _, level := range levels[1:] {
			y = autograd.Add(t, y, level)
		}
	}
	return autograd.DropChannels(t, y, d.settings.Dropout)
}

// Forward refines x, and doubles its size with every block if enlarged is set.
func (s *FPNSeg) Forward(t *autograd.Tape, x *autograd.Var, enlarged bool) *autograd.Var {
	for _, b := range s.Blocks {
		x = b.Norm.Forward(t, b.Conv.Forward(t, x))
		if enlarged {
			x = autograd.ResizeBilinear(t, x, 2*x.Shape.Dim(1), 2*x.Shape.Dim(2), true)
		}
	}
	return x
}
