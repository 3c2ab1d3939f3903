package encoder

import (
	"math"
	"math/rand/v2"
	"slices"

	"tessera/autograd"
	"tessera/nn"
)

// MobileNetV2 is the encoder of Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks" (CVPR 2018), as
// torchvision has it. Its last feature map is that of the classifier's convolution.
type MobileNetV2 struct {
	Features []any `name:"features"` // a convolution, inverted residuals, a convolution

	depth int
}

// InvertedResidual widens, filters each channel and narrows.
type InvertedResidual struct {
	Layers []any `name:"conv"` // the fields below in a row, as far as they are there

	expand   *ConvNorm // nil where nothing is widened
	filter   *DepthNorm
	project  *nn.Conv2D
	norm     *nn.BatchNorm
	residual bool
}

// DepthNorm is a depthwise convolution and a normalisation, numbered as in a sequence.
type DepthNorm struct {
	Conv *nn.DepthwiseConv2D `name:"0"`
	BN   *nn.BatchNorm       `name:"1"`
}

// mobileStages are the stages of MobileNetV2.
var mobileStages = []blockArgs{
	{1, 3, 1, 1, 32, 16}, {2, 3, 2, 6, 16, 24}, {3, 3, 2, 6, 24, 32}, {4, 3, 2, 6, 32, 64},
	{3, 3, 1, 6, 64, 96}, {3, 3, 2, 6, 96, 160}, {1, 3, 1, 6, 160, 320},
}

var (
	mobileTaps     = []int{1, 3, 6, 13, 18} // what feature maps are taken after
	mobileChannels = []int{16, 24, 32, 96, 1280}
)

func init() {
	registry["mobilenet_v2"] = newMobileNetV2
}

func newMobileNetV2(rng *rand.Rand, o Options) Encoder {
	m := &MobileNetV2{depth: o.Depth}
	m.Features = append(m.Features, mobileConv(rng, o.InChannels, 32, o.conv(3, 2, 2)))
	at := 2
	for _, a := range mobileStages {
		for range a.repeat {
			if slices.Contains(mobileTaps, len(m.Features)-1) {
				at *= 2
			}
			m.Features = append(m.Features, newInvertedResidual(rng, a, o.conv(a.kernel, a.stride, at)))
			a.in, a.stride = a.out, 1
		}
	}
	m.Features = append(m.Features, mobileConv(rng, 320, 1280, o.conv(1, 1, 32)))
	for _, f := range m.Features[mobileTaps[o.Depth-1]+1:] {
		freeze(f)
	}
	return m
}

// mobileConv makes a convolution with normalisation and ReLU6.
func mobileConv(rng *rand.Rand, ic, oc int, c nn.ConvOptions) *ConvNorm {
	c.Init = heNormal(c.Kernel * c.Kernel * oc)
	return &ConvNorm{nn.NewConv2D(rng, ic, oc, c), nn.NewBatchNorm(oc, 1e-5, 0.1, autograd.WithReLU6)}
}

// heNormal draws normal numbers of variance 2/fan (He et al., ICCV 2015).
func heNormal(fan int) nn.Init { return nn.Normal(math.Sqrt(2 / float64(fan))) }

func newInvertedResidual(rng *rand.Rand, a blockArgs, window nn.ConvOptions) *InvertedResidual {
	b := &InvertedResidual{residual: a.stride == 1 && a.in == a.out}
	wide := a.in * a.expand
	if a.expand != 1 {
		b.expand = mobileConv(rng, a.in, wide, nn.ConvOptions{Kernel: 1})
		b.Layers = append(b.Layers, b.expand)
	}
	window.Init = heNormal(a.kernel * a.kernel * wide) // as for a dense one: so it is upstream
	b.filter = &DepthNorm{nn.NewDepthwiseConv2D(rng, wide, window), nn.NewBatchNorm(wide, 1e-5, 0.1, autograd.WithReLU6)}
	b.project = nn.NewConv2D(rng, wide, a.out, nn.ConvOptions{Kernel: 1, Init: heNormal(a.out)})
	b.norm = nn.NewBatchNorm(a.out, 1e-5, 0.1, autograd.Identity)
	b.Layers = append(b.Layers, b.filter, b.project, b.norm)
	return b
}

// Channels returns the channels of the feature maps.
func (m *MobileNetV2) Channels() []int { return mobileChannels[:m.depth] }

// Forward returns the feature maps at 1/2, 1/4, … of x [N, H, W, C].
func (m *MobileNetV2) Forward(t *autograd.Tape, x *autograd.Var) []*autograd.Var {
	var features []*autograd.Var
	for i, part := range m.Features[:mobileTaps[m.depth-1]+1] {
		x = part.(layer).Forward(t, x)
		if slices.Contains(mobileTaps, i) {
			features = append(features, x)
		}
	}
	return features
}

// Forward computes the block of x [N, H, W, C].
func (b *InvertedResidual) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	y := x
	if b.expand != nil {
		y = b.expand.Forward(t, y)
	}
	y = b.filter.BN.Forward(t, b.filter.Conv.Forward(t, y))
	y = nn.ConvNorm(t, y, b.project, b.norm)
	if b.residual {
		y = autograd.Add(t, y, x)
	}
	return y
}
