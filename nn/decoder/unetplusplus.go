package decoder

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"tessera/autograd"
	"tessera/tensor"
)

// UnetPlusPlusSettings are the settings of the U-Net++ of Zhou et al., "UNet++: Redesigning Skip Connections to Exploit
// Multiscale Features in Image Segmentation" (IEEE Trans. Medical Imaging 39, 2020).
type UnetPlusPlusSettings struct {
	EncoderDepth  int    `yaml:"encoder_depth"`
	Channels      []int  // decoder_channels: of the blocks' results, deepest first; nil for 256, 128, 64, 32, 16
	Norm          string `yaml:"decoder_use_norm"`
	Attention     string `yaml:"decoder_attention_type"`
	Interpolation string `yaml:"decoder_interpolation"`
}

func init() {
	registry["unetplusplus"] = func() Settings {
		return &UnetPlusPlusSettings{EncoderDepth: 5, Norm: "batchnorm", Interpolation: "nearest"}
	}
}

func (s *UnetPlusPlusSettings) unet() *UnetSettings { return (*UnetSettings)(s) }

// Check reports settings out of range.
func (s *UnetPlusPlusSettings) Check() error { return s.unet().Check() }

// Encoder returns the depth, and 32.
func (s *UnetPlusPlusSettings) Encoder() (depth, outputStride int) { return s.EncoderDepth, 32 }

// SetChannels sets the channels of the blocks.
func (s *UnetPlusPlusSettings) SetChannels(channels []int) error {
	return s.unet().SetChannels(channels)
}

// UnetPlusPlusDecoder has a grid of blocks. Layer l starts from feature map l, counted from the smallest; depth d counts
// how often it was refined before.
type UnetPlusPlusDecoder struct {
	Blocks unetGrid `name:"blocks"`

	layers int // without the last, which has no skip connection
}

// A unetGrid has the blocks of five layers in the order upstream makes them. Those of layers that a shallow encoder has
// not are nil.
type unetGrid struct {
	X00 *UnetBlock `name:"x_0_0"`
	X01 *UnetBlock `name:"x_0_1"`
	X11 *UnetBlock `name:"x_1_1"`
	X02 *UnetBlock `name:"x_0_2"`
	X12 *UnetBlock `name:"x_1_2"`
	X22 *UnetBlock `name:"x_2_2"`
	X03 *UnetBlock `name:"x_0_3"`
	X13 *UnetBlock `name:"x_1_3"`
	X23 *UnetBlock `name:"x_2_3"`
	X33 *UnetBlock `name:"x_3_3"`
	X04 *UnetBlock `name:"x_0_4"`
}

// at returns the place of a depth and a layer.
func (g *unetGrid) at(depth, layer int) **UnetBlock {
	return [][]**UnetBlock{{&g.X00}, {&g.X01, &g.X11}, {&g.X02, &g.X12, &g.X22}, {&g.X03, &g.X13, &g.X23, &g.X33},
		{&g.X04}}[layer][depth]
}

func (s *UnetPlusPlusSettings) build(rng *rand.Rand, channels []int) (plan, error) {
	if err := needs(channels, 2, 0); err != nil {
		return plan{}, err
	}
	n := len(channels)
	outs, err := blockChannels(s.Channels, n)
	if err != nil {
		return plan{}, err
	}
	if n > 5 {
		return plan{}, fmt.Errorf("the encoder has %d feature maps, want at most 5", n)
	}
	d := &UnetPlusPlusDecoder{layers: n - 1}
	feature := func(i int) int { return channels[n-1-i] } // from the smallest
	in := append([]int{feature(0)}, outs...)
	for layer := range n - 1 {
		skip := feature(layer + 1)
		for depth := range layer + 1 {
			from, joined, out := in[layer], skip*(layer+1), outs[layer]
			if depth > 0 {
				from, joined, out = feature(layer), skip*(layer+1-depth), skip
			}
			if *d.Blocks.at(depth, layer), err = s.unet().block(rng, from, joined, out); err != nil {
				return plan{}, err
			}
		}
	}
	last := n - 1
	if *d.Blocks.at(0, last), err = s.unet().block(rng, in[last], 0, outs[last]); err != nil {
		return plan{}, err
	}
	return plan{decoder: d, channels: outs[last], kernel: 3}, nil
}

// Forward returns a map of the picture's size.
func (d *UnetPlusPlusDecoder) Forward(t *autograd.Tape, picture tensor.Shape, features []*autograd.Var) *autograd.Var {
	stages := d.stages(t, picture, features)
	return stages[len(stages)-1]
}

// stages returns the results of the blocks of depth 0, which lead to that of Forward, the last of them.
func (d *UnetPlusPlusDecoder) stages(t *autograd.Tape, picture tensor.Shape, features []*autograd.Var) []*autograd.Var {
	feature := func(i int) *autograd.Var { return features[len(features)-1-i] }
	var refined [5][5]*autograd.Var // by depth and layer
	for first := range d.layers {
		for depth := range d.layers - first {
			layer := depth + first
			from := feature(depth)
			if first > 0 {
				from = refined[depth][layer-1]
			}
			var joined []*autograd.Var
			for i := depth + 1; i <= layer; i++ {
				joined = append(joined, refined[i][layer])
			}
			skip := feature(layer + 1)
			if len(joined) > 0 {
				skip = autograd.Concat(t, append(joined, skip)...)
			}
			b := *d.Blocks.at(depth, layer)
			refined[depth][layer] = b.Forward(t, from, skip, skip.Shape.Dim(1), skip.Shape.Dim(2))
		}
	}
	last := (*d.Blocks.at(0, d.layers)).Forward(t, refined[0][d.layers-1], nil, picture.Dim(1), picture.Dim(2))
	return append(slices.Clone(refined[0][:d.layers]), last)
}

// stageChannels returns the channels of the stages.
func (d *UnetPlusPlusDecoder) stageChannels() (list []int) {
	for layer := range d.layers + 1 {
		list = append(list, (*d.Blocks.at(0, layer)).channels())
	}
	return list
}
