package decoder

import (
	"math/rand/v2"

	"tessera/autograd"
	"tessera/nn"
	"tessera/tensor"
)

// UPerNetSettings are the settings of the network of Xiao et al., "Unified Perceptual Parsing for Scene Understanding"
// (ECCV 2018).
type UPerNetSettings struct {
	EncoderDepth int    `yaml:"encoder_depth"`
	Channels     int    // decoder_channels
	Norm         string `yaml:"decoder_use_norm"`
}

func init() {
	registry["upernet"] = func() Settings { return &UPerNetSettings{5, 256, "batchnorm"} }
}

// Check reports settings out of range.
func (s *UPerNetSettings) Check() error {
	var c check
	c.depth(3, s.EncoderDepth)
	c.from(1, "decoder_channels", s.Channels)
	c.oneOf("decoder_use_norm", s.Norm, norms...)
	return c.err()
}

// Encoder returns the depth, and 32.
func (s *UPerNetSettings) Encoder() (depth, outputStride int) { return s.EncoderDepth, 32 }

// SetChannels sets the channels of all parts from one number.
func (s *UPerNetSettings) SetChannels(channels []int) error { return one(&s.Channels, channels) }

// UPerNetDecoder normalises the maps from 1/4 on, joins them to a pyramid on top of pooled ones, and fuses its levels.
type UPerNetDecoder struct {
	Norms    []*nn.LayerNorm `name:"feature_norms"` // from the map at 1/4
	PSP      *UPerNetPSP     `name:"psp"`
	Laterals []*Lateral      `name:"fpn_lateral_blocks"` // from the smallest but one
	Convs    []*ConvBNReLU   `name:"fpn_conv_blocks"`
	Fusion   *ConvBNReLU     `name:"fusion_block"`
}

// UPerNetPSP joins a map with averages of it over ever larger parts of the picture.
type UPerNetPSP struct {
	Pools []*UPerNetPool `name:"blocks"`
	Out   *ConvBNReLU    `name:"out_conv"`
}

// UPerNetPool convolves averages.
type UPerNetPool struct {
	Conv *ConvBNReLU `name:"1"`
}

// Lateral narrows a feature map.
type Lateral struct {
	Conv *ConvBNReLU `name:"conv_norm_relu"`
}

// upernetEps is added to the variance of a pixel's channels.
const upernetEps = 1e-6

func (s *UPerNetSettings) build(rng *rand.Rand, channels []int) (plan, error) {
	if err := needs(channels, 3, 1); err != nil {
		return plan{}, err
	}
	channels = channels[1:]
	n, out := len(channels), s.Channels
	d := &UPerNetDecoder{PSP: &UPerNetPSP{}}
	for _, c := range channels {
		d.Norms = append(d.Norms, nn.NewLayerNorm(c, upernetEps))
	}
	for range pspSizes {
		d.PSP.Pools = append(d.PSP.Pools, &UPerNetPool{newConvBNReLU(rng, channels[n-1], out, 1, s.Norm)})
	}
	d.PSP.Out = newConvBNReLU(rng, channels[n-1]+len(pspSizes)*out, out, 3, "batchnorm")
	for i := n - 2; i >= 0; i-- {
		d.Laterals = append(d.Laterals, &Lateral{newConvBNReLU(rng, channels[i], out, 1, s.Norm)})
		d.Convs = append(d.Convs, newConvBNReLU(rng, out, out, 3, s.Norm))
	}
	d.Fusion = newConvBNReLU(rng, n*out, out, 3, s.Norm)
	return plan{decoder: d, channels: out, kernel: 1}, nil
}

// Forward returns a map at 1/4.
func (d *UPerNetDecoder) Forward(t *autograd.Tape, _ tensor.Shape, features []*autograd.Var) *autograd.Var {
	var maps []*autograd.Var
	for i, norm := range d.Norms {
		maps = append(maps, norm.Forward(t, features[i+1]))
	}
	n := len(maps)
	levels := []*autograd.Var{d.PSP.Forward(t, maps[n-1])} // from the smallest
	for i, lateral := range d.Laterals {
		y := lateral.Conv.Forward(t, maps[n-2-i])
		below := autograd.ResizeBilinear(t, levels[i], y.Shape.Dim(1), y.Shape.Dim(2), false)
		levels = append(levels, autograd.Add(t, below, y))
	}
	for i, conv := range d.Convs {
		levels[i+1] = conv.Forward(t, levels[i+1])
	}
	h, w := levels[n-1].Shape.Dim(1), levels[n-1].Shape.Dim(2)
	var fused []*autograd.Var
	for i := n - 1; i >= 0; i-- {
		fused = append(fused, autograd.ResizeBilinear(t, levels[i], h, w, false))
	}
	return d.Fusion.Forward(t, autograd.Concat(t, fused...))
}

// Forward joins x [N, H, W, C] with its averages.
func (p *UPerNetPSP) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	parts := []*autograd.Var{x}
	for i, pool := range p.Pools {
		y := pool.Forward(t, x, pspSizes[i])
		parts = append(parts, autograd.ResizeBilinear(t, y, x.Shape.Dim(1), x.Shape.Dim(2), false))
	}
	return p.Out.Forward(t, autograd.Concat(t, parts...))
}

// Forward averages x over size×size parts and convolves.
func (p *UPerNetPool) Forward(t *autograd.Tape, x *autograd.Var, size int) *autograd.Var {
	if size == 1 && p.Conv.BN != nil {
		return p.Conv.BN.ForwardPooled(t, p.Conv.Conv.Forward(t, autograd.GlobalAverage(t, x)))
	}
	return p.Conv.Forward(t, autograd.AdaptiveAverage(t, x, size, size))
}
