package encoder

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"tessera/autograd"
	"tessera/nn"
)

// EfficientNet is the encoder of Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks"
// (ICML 2019), with the names and the numbers of the PyTorch version in segmentation_models_pytorch.
type EfficientNet struct {
	Stem   *nn.Conv2D    `name:"_conv_stem"`
	BN0    *nn.BatchNorm `name:"_bn0"`
	Blocks []*MBConv     `name:"_blocks"`
	// The head of the classifier is part of checkpoints. A segmentation model neither runs nor trains it.
	Head *nn.Conv2D    `name:"_conv_head"`
	BN1  *nn.BatchNorm `name:"_bn1"`

	taps     []int // blocks after which a feature map is taken
	channels []int
}

// MBConv is an inverted residual block with squeeze-and-excitation.
type MBConv struct {
	Expand   *nn.Conv2D          `name:"_expand_conv"` // nil where nothing is expanded
	BN0      *nn.BatchNorm       `name:"_bn0"`
	Depth    *nn.DepthwiseConv2D `name:"_depthwise_conv"`
	BN1      *nn.BatchNorm       `name:"_bn1"`
	SEReduce *nn.Conv2D          `name:"_se_reduce"`
	SEExpand *nn.Conv2D          `name:"_se_expand"`
	Project  *nn.Conv2D          `name:"_project_conv"`
	BN2      *nn.BatchNorm       `name:"_bn2"`

	residual bool
	drop     float64
}

// blockArgs describes the blocks of one stage.
type blockArgs struct{ repeat, kernel, stride, expand, in, out int }

// stages of EfficientNet-B0.
var stages = []blockArgs{
	{1, 3, 1, 1, 32, 16}, {2, 3, 2, 6, 16, 24}, {2, 5, 2, 6, 24, 40}, {3, 3, 2, 6, 40, 80},
	{3, 5, 1, 6, 80, 112}, {4, 5, 2, 6, 112, 192}, {1, 3, 1, 6, 192, 320},
}

// scaling is what makes a member of the family from B0: factors of channels and of repeats, and the nominal size of
// pictures, from which the paddings follow.
type scaling struct {
	width, depth float64
	size         int
}

var scalings = []scaling{
	{1, 1, 224}, {1, 1.1, 240}, {1.1, 1.2, 260}, {1.2, 1.4, 300},
	{1.4, 1.8, 380}, {1.6, 2.2, 456}, {1.8, 2.6, 528}, {2, 3.1, 600},
}

func init() {
	for i, s := range scalings {
		registry[fmt.Sprintf("efficientnet-b%d", i)] = func(rng *rand.Rand, o Options) Encoder {
			taps := s.taps()
			if i == 0 {
				taps[2] = 8 // the first block with 112 channels, not the last: so it is upstream
			}
			return newEfficientNet(rng, o, s, taps)
		}
	}
}

// channels scales a number of channels to a multiple of 8 that is not less than 90 %.
func (s scaling) channels(c int) int {
	wide := float64(float64(c) * s.width)
	n := max(8, int(wide+4)/8*8)
	if float64(n) < 0.9*wide {
		n += 8
	}
	return n
}

// repeats scales the number of a stage's blocks.
func (s scaling) repeats(n int) int { return int(math.Ceil(float64(n) * s.depth)) }

// taps returns the last blocks at 1/4, 1/8, 1/16 and 1/32.
func (s scaling) taps() (taps []int) {
	blocks := 0
	for _, a := range stages {
		if a.stride == 2 && blocks > s.repeats(1) {
			taps = append(taps, blocks-1)
		}
		blocks += s.repeats(a.repeat)
	}
	return append(taps, blocks-1)
}

// newEfficientNet makes a member of the family that gives the feature maps after the blocks in taps.
func newEfficientNet(rng *rand.Rand, o Options, s scaling, taps []int) *EfficientNet {
	e := &EfficientNet{taps: taps[:o.Depth-1]}
	in, size := s.channels(stages[0].in), s.size
	e.Stem = nn.NewConv2D(rng, o.InChannels, in, nn.ConvOptions{Kernel: 3, Stride: 2, Pad: nn.SamePadding(size, 3, 2)})
	e.BN0 = norm(in, autograd.WithSiLU)
	e.channels = []int{in}
	size = (size + 1) / 2
	at := 4 // the feature map that a block leads to lies at 1/at
	for _, a := range stages {
		a.in, a.out = s.channels(a.in), s.channels(a.out)
		for i := range s.repeats(a.repeat) {
			if i > 0 {
				a.in, a.stride = a.out, 1
			}
			drop := o.DropConnect * float64(len(e.Blocks)) / float64(taps[3]+1)
			e.Blocks = append(e.Blocks, newMBConv(rng, a, o.window(a, size, at), drop))
			size = (size + a.stride - 1) / a.stride
			if slices.Contains(taps, len(e.Blocks)-1) {
				e.channels = append(e.channels, a.out)
				at *= 2
			}
		}
	}
	e.channels = e.channels[:o.Depth]
	last, wide := s.channels(stages[6].out), s.channels(1280)
	e.Head = nn.NewConv2D(rng, last, wide, nn.ConvOptions{Kernel: 1})
	e.BN1 = norm(wide, autograd.WithSiLU)
	freeze(e.Blocks[taps[o.Depth-2]+1:], e.Head, e.BN1)
	return e
}

// norm is a batch normalisation with EfficientNet's constants.
func norm(c int, act autograd.Activation) *nn.BatchNorm { return nn.NewBatchNorm(c, 1e-3, 0.01, act) }

// window returns the options of a block's depthwise convolution for a nominal size of its input.
func (o Options) window(a blockArgs, size, at int) nn.ConvOptions {
	c := o.conv(a.kernel, a.stride, at)
	if c.Dilation == 1 {
		c.Pad = nn.SamePadding(size, a.kernel, a.stride)
	}
	return c
}

func newMBConv(rng *rand.Rand, a blockArgs, window nn.ConvOptions, drop float64) *MBConv {
	b := &MBConv{residual: a.stride == 1 && a.in == a.out, drop: drop}
	wide := a.in * a.expand
	if a.expand != 1 {
		b.Expand = nn.NewConv2D(rng, a.in, wide, nn.ConvOptions{Kernel: 1})
		b.BN0 = norm(wide, autograd.WithSiLU)
	}
	b.Depth = nn.NewDepthwiseConv2D(rng, wide, window)
	b.BN1 = norm(wide, autograd.WithSiLU)
	squeezed := max(1, a.in/4)
	b.SEReduce = nn.NewConv2D(rng, wide, squeezed, nn.ConvOptions{Kernel: 1, BiasInit: nn.TorchDefault})
	b.SEExpand = nn.NewConv2D(rng, squeezed, wide, nn.ConvOptions{Kernel: 1, BiasInit: nn.TorchDefault})
	b.Project = nn.NewConv2D(rng, wide, a.out, nn.ConvOptions{Kernel: 1})
	b.BN2 = norm(a.out, autograd.Identity)
	return b
}

// Channels returns the channels of the feature maps.
func (e *EfficientNet) Channels() []int { return e.channels }

// Forward returns the feature maps at 1/2, 1/4, … of x [N, H, W, C].
func (e *EfficientNet) Forward(t *autograd.Tape, x *autograd.Var) []*autograd.Var {
	x = nn.ConvNorm(t, x, e.Stem, e.BN0)
	features := []*autograd.Var{x}
	for i, b := range e.Blocks[:e.taps[len(e.taps)-1]+1] {
		x = b.Forward(t, x)
		if slices.Contains(e.taps, i) {
			features = append(features, x)
		}
	}
	return features
}

// Forward expands x [N, H, W, C], filters each channel, weighs the channels and projects.
func (b *MBConv) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	y := x
	if b.Expand != nil {
		y = nn.ConvNorm(t, y, b.Expand, b.BN0)
	}
	y = nn.DepthwiseConvNorm(t, y, b.Depth, b.BN1)

	s := autograd.GlobalAverage(t, y)
	s = autograd.SiLU(t, b.SEReduce.Forward(t, s))
	s = autograd.Sigmoid(t, b.SEExpand.Forward(t, s))
	y = nn.ScaledConvNorm(t, y, s, b.Project, b.BN2)
	if b.residual {
		y = autograd.Add(t, autograd.DropConnect(t, y, b.drop), x)
	}
	return y
}
