package encoder

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"tessera/autograd"
	"tessera/nn"
)

// Lite is EfficientNet-Lite, EfficientNet without squeeze-and-excitation and with ReLU6, with the names and the numbers
// of timm. Unlike EfficientNet it pads every window evenly.
type Lite struct {
	Stem   *nn.Conv2D    `name:"conv_stem"`
	BN1    *nn.BatchNorm `name:"bn1"`
	Stages [][]layer     `name:"blocks"`
	// The head of the classifier is part of checkpoints. A segmentation model neither runs nor trains it.
	Head *nn.Conv2D    `name:"conv_head"`
	BN2  *nn.BatchNorm `name:"bn2"`

	channels []int
}

// LiteFirst is the block of the first stage: it widens nothing.
type LiteFirst struct {
	Depth   *nn.DepthwiseConv2D `name:"conv_dw"`
	BN1     *nn.BatchNorm       `name:"bn1"`
	Project *nn.Conv2D          `name:"conv_pw"`
	BN2     *nn.BatchNorm       `name:"bn2"`
}

// LiteBlock is an inverted residual block.
type LiteBlock struct {
	Expand  *nn.Conv2D          `name:"conv_pw"`
	BN1     *nn.BatchNorm       `name:"bn1"`
	Depth   *nn.DepthwiseConv2D `name:"conv_dw"`
	BN2     *nn.BatchNorm       `name:"bn2"`
	Project *nn.Conv2D          `name:"conv_pwl"`
	BN3     *nn.BatchNorm       `name:"bn3"`

	residual bool
	drop     float64
}

// liteTaps are the stages after which feature maps are taken.
var liteTaps = []int{1, 2, 4, 6}

func init() {
	for i, s := range scalings[:5] { // all but their sizes
		b := func(rng *rand.Rand, o Options) Encoder { return newLite(rng, o, s) }
		registry[fmt.Sprintf("timm-tf_efficientnet_lite%d", i)] = b
		registry[fmt.Sprintf("timm-efficientnet-lite%d", i)] = b // its name before the library followed timm's
	}
}

func newLite(rng *rand.Rand, o Options, s scaling) *Lite {
	const stem, head = 32, 1280 // whatever the width
	e := &Lite{channels: []int{stem}}
	c := o.conv(3, 2, 2)
	c.Init = heNormal(9 * stem)
	e.Stem, e.BN1 = nn.NewConv2D(rng, o.InChannels, stem, c), liteNorm(stem)
	in, at, done, total := stem, 4, 0, 0
	for i, a := range stages {
		total += s.liteRepeats(i, a.repeat)
	}
	for i, a := range stages {
		a.in, a.out = in, s.channels(a.out)
		var stage []layer
		for range s.liteRepeats(i, a.repeat) {
			drop := o.DropConnect * float64(done) / float64(total)
			stage = append(stage, newLiteBlock(rng, a, o.conv(a.kernel, a.stride, at), drop))
			a.in, a.stride = a.out, 1
			done++
		}
		in = a.out
		e.Stages = append(e.Stages, stage)
		if slices.Contains(liteTaps, i) {
			e.channels = append(e.channels, in)
			at *= 2
		}
	}
	e.Head = nn.NewConv2D(rng, in, head, nn.ConvOptions{Kernel: 1, Init: heNormal(head)})
	e.BN2 = liteNorm(head)
	freeze(e.Stages[liteTaps[o.Depth-2]+1:], e.Head, e.BN2)
	e.channels = e.channels[:o.Depth]
	return e
}

// liteRepeats scales the number of blocks of stage i, but not of the first and the last.
func (s scaling) liteRepeats(i, n int) int {
	if i == 0 || i == len(stages)-1 {
		return n
	}
	return s.repeats(n)
}

func liteNorm(c int) *nn.BatchNorm { return nn.NewBatchNorm(c, 1e-5, 0.1, autograd.WithReLU6) }

func newLiteBlock(rng *rand.Rand, a blockArgs, window nn.ConvOptions, drop float64) layer {
	wide := a.in * a.expand
	window.Init = heNormal(a.kernel * a.kernel)
	narrow := nn.ConvOptions{Kernel: 1, Init: heNormal(a.out)}
	linear := nn.NewBatchNorm(a.out, 1e-5, 0.1, autograd.Identity)
	if a.expand == 1 {
		return &LiteFirst{nn.NewDepthwiseConv2D(rng, wide, window), liteNorm(wide),
			nn.NewConv2D(rng, wide, a.out, narrow), linear}
	}
	return &LiteBlock{
		Expand: nn.NewConv2D(rng, a.in, wide, nn.ConvOptions{Kernel: 1, Init: heNormal(wide)}), BN1: liteNorm(wide),
		Depth: nn.NewDepthwiseConv2D(rng, wide, window), BN2: liteNorm(wide),
		Project: nn.NewConv2D(rng, wide, a.out, narrow), BN3: linear,
		residual: a.stride == 1 && a.in == a.out, drop: drop,
	}
}

// Channels returns the channels of the feature maps.
func (e *Lite) Channels() []int { return e.channels }

// Forward returns the feature maps at 1/2, 1/4, … of x [N, H, W, C].
func (e *Lite) Forward(t *autograd.Tape, x *autograd.Var) []*autograd.Var {
	x = nn.ConvNorm(t, x, e.Stem, e.BN1)
	features := []*autograd.Var{x}
	for i, stage := range e.Stages[:liteTaps[len(e.channels)-2]+1] {
		for _, b := range stage {
			x = b.Forward(t, x)
		}
		if slices.Contains(liteTaps, i) {
			features = append(features, x)
		}
	}
	return features
}

// Forward filters each channel of x [N, H, W, C] and projects.
func (b *LiteFirst) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	return nn.ConvNorm(t, b.BN1.Forward(t, b.Depth.Forward(t, x)), b.Project, b.BN2)
}

// Forward computes the block of x [N, H, W, C].
func (b *LiteBlock) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	y := nn.ConvNorm(t, x, b.Expand, b.BN1)
	y = b.BN2.Forward(t, b.Depth.Forward(t, y))
	y = nn.ConvNorm(t, y, b.Project, b.BN3)
	if b.residual {
		y = autograd.Add(t, autograd.DropConnect(t, y, b.drop), x)
	}
	return y
}
