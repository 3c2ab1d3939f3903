package encoder

import (
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

func init() {
	registry["efficientnet-b0"] = func(rng *rand.Rand, o Options) Encoder {
		// The feature map at 1/16 comes from the first block with 112 channels, not the last: so it is upstream.
		return newEfficientNet(rng, o, 224, []int{2, 4, 8, 15})
	}
}

// newEfficientNet makes an EfficientNet for a nominal input size, from which its paddings follow.
func newEfficientNet(rng *rand.Rand, o Options, size int, taps []int) *EfficientNet {
	e := &EfficientNet{taps: taps}
	e.Stem = nn.NewConv2D(rng, o.InChannels, stages[0].in, nn.ConvOptions{Kernel: 3, Stride: 2, Pad: nn.SamePadding(size, 3, 2)})
	e.BN0 = norm(stages[0].in, autograd.WithSiLU)
	e.channels = []int{stages[0].in}
	size = (size + 1) / 2

	total := 0
	for _, s := range stages {
		total += s.repeat
	}
	for _, s := range stages {
		for i := range s.repeat {
			if i > 0 {
				s.in, s.stride = s.out, 1
			}
			drop := o.DropConnect * float64(len(e.Blocks)) / float64(total)
			e.Blocks = append(e.Blocks, newMBConv(rng, s, size, drop))
			size = (size + s.stride - 1) / s.stride
			if slices.Contains(taps, len(e.Blocks)-1) {
				e.channels = append(e.channels, s.out)
			}
		}
	}
	last := stages[len(stages)-1].out
	e.Head = nn.NewConv2D(rng, last, 4*last, nn.ConvOptions{Kernel: 1})
	e.BN1 = norm(4*last, autograd.WithSiLU)
	for _, p := range []*autograd.Param{e.Head.Weight, e.BN1.Weight, e.BN1.Bias} {
		p.Frozen = true // or weight decay would shrink them
	}
	return e
}

// norm is a batch normalisation with EfficientNet's constants.
func norm(c int, act autograd.Activation) *nn.BatchNorm { return nn.NewBatchNorm(c, 1e-3, 0.01, act) }

func newMBConv(rng *rand.Rand, a blockArgs, size int, drop float64) *MBConv {
	b := &MBConv{residual: a.stride == 1 && a.in == a.out, drop: drop}
	wide := a.in * a.expand
	if a.expand != 1 {
		b.Expand = nn.NewConv2D(rng, a.in, wide, nn.ConvOptions{Kernel: 1})
		b.BN0 = norm(wide, autograd.WithSiLU)
	}
	pad := nn.SamePadding(size, a.kernel, a.stride)
	b.Depth = nn.NewDepthwiseConv2D(rng, wide, nn.ConvOptions{Kernel: a.kernel, Stride: a.stride, Pad: pad})
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

// Forward returns the feature maps at 1/2, 1/4, 1/8, 1/16 and 1/32 of x [N, H, W, C].
func (e *EfficientNet) Forward(t *autograd.Tape, x *autograd.Var) []*autograd.Var {
	x = nn.ConvNorm(t, x, e.Stem, e.BN0)
	features := []*autograd.Var{x}
	for i, b := range e.Blocks {
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
