package decoder

import (
	"fmt"
	"math/rand/v2"

	"tessera/autograd"
	"tessera/tensor"
)

// PSPNetSettings are the settings of the network of Zhao et al., "Pyramid Scene Parsing Network" (CVPR 2017).
type PSPNetSettings struct {
	EncoderDepth int     `yaml:"encoder_depth"`
	Channels     int     `yaml:"psp_out_channels"`
	Norm         string  `yaml:"decoder_use_norm"`
	Dropout      float64 `yaml:"psp_dropout"`
}

func init() {
	registry["pspnet"] = func() Settings {
		return &PSPNetSettings{EncoderDepth: 3, Channels: 512, Norm: "batchnorm", Dropout: 0.2}
	}
}

// pspSizes are the sides of the pyramid's levels.
var pspSizes = []int{1, 2, 3, 6}

// Check reports settings out of range.
func (s *PSPNetSettings) Check() error {
	var c check
	c.depth(3, s.EncoderDepth)
	c.from(1, "psp_out_channels", s.Channels)
	c.oneOf("decoder_use_norm", s.Norm, norms...)
	c.probability("psp_dropout", s.Dropout)
	return c.err()
}

// Encoder returns the depth, and 32.
func (s *PSPNetSettings) Encoder() (depth, outputStride int) { return s.EncoderDepth, 32 }

// SetChannels is an error: another setting stands for it.
func (s *PSPNetSettings) SetChannels([]int) error { return noChannels("set psp_out_channels") }

// PSPNetDecoder joins the smallest map with averages of it over ever larger parts of the picture.
type PSPNetDecoder struct {
	Pools []*PSPPool  `name:"psp.blocks"`
	Conv  *ConvBNReLU `name:"conv"`

	dropout float64
}

// PSPPool averages over size×size parts and convolves.
type PSPPool struct {
	Conv *ConvBNReLU `name:"pool.1"`

	size int
}

func (s *PSPNetSettings) build(rng *rand.Rand, channels []int) (plan, error) {
	n := len(channels)
	if err := needs(channels, 1, n-1); err != nil {
		return plan{}, err
	}
	in := channels[n-1]
	if in < len(pspSizes) {
		return plan{}, fmt.Errorf("the encoder's last feature map has %d channels, want at least %d", in, len(pspSizes))
	}
	d := &PSPNetDecoder{dropout: s.Dropout}
	for _, size := range pspSizes {
		norm := s.Norm
		if size == 1 {
			norm = "identity" // as upstream: a batch of one would be normalised to nothing
		}
		d.Pools = append(d.Pools, &PSPPool{newConvBNReLU(rng, in, in/len(pspSizes), 1, norm), size})
	}
	d.Conv = newConvBNReLU(rng, in/len(pspSizes)*len(pspSizes)+in, s.Channels, 1, s.Norm)
	return plan{decoder: d, channels: s.Channels, kernel: 3}, nil
}

// Forward returns a map of the smallest feature map's size.
func (d *PSPNetDecoder) Forward(t *autograd.Tape, _ tensor.Shape, features []*autograd.Var) *autograd.Var {
	x := features[len(features)-1]
	var parts []*autograd.Var
	for _, p := range d.Pools {
		y := p.Conv.Forward(t, autograd.AdaptiveAverage(t, x, p.size, p.size))
		parts = append(parts, autograd.ResizeBilinear(t, y, x.Shape.Dim(1), x.Shape.Dim(2), true))
	}
	y := d.Conv.Forward(t, autograd.Concat(t, append(parts, x)...))
	return autograd.DropChannels(t, y, d.dropout)
}
