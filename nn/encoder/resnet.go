package encoder

import (
	"math/rand/v2"

	"tessera/autograd"
	"tessera/kernels"
	"tessera/nn"
)

// ResNet is the encoder of He et al., "Deep Residual Learning for Image Recognition" (CVPR 2016), and with groups that of
// Xie et al., "Aggregated Residual Transformations for Deep Neural Networks" (CVPR 2017), as torchvision has them: in a
// bottleneck the 3×3 convolution steps, not the first.
type ResNet struct {
	Stem   ResStem   `name:""`
	Stages ResStages `name:""`

	channels []int
}

// SENet is a ResNet whose blocks weigh their channels (Hu et al., "Squeeze-and-Excitation Networks", CVPR 2018), with the
// names of Cadene's pretrained models.
type SENet struct {
	Stem   ResStem   `name:"layer0"`
	Stages ResStages `name:""`

	channels []int
}

// ResStem is the convolution that reads the picture.
type ResStem struct {
	Conv *nn.Conv2D    `name:"conv1"`
	BN   *nn.BatchNorm `name:"bn1"`
}

// ResStages are the blocks that lead to the feature maps at 1/4, 1/8, 1/16 and 1/32.
type ResStages struct {
	Layer1 []*ResBlock `name:"layer1"`
	Layer2 []*ResBlock `name:"layer2"`
	Layer3 []*ResBlock `name:"layer3"`
	Layer4 []*ResBlock `name:"layer4"`
}

// ResBlock is a residual block: two 3×3 convolutions, or a bottleneck of three.
type ResBlock struct {
	Conv1 *nn.Conv2D    `name:"conv1"`
	BN1   *nn.BatchNorm `name:"bn1"`
	Conv2 *nn.Conv2D    `name:"conv2"`
	BN2   *nn.BatchNorm `name:"bn2"`
	Conv3 *nn.Conv2D    `name:"conv3"` // nil where there are two
	BN3   *nn.BatchNorm `name:"bn3"`
	SE    *ResSE        `name:"se_module"`  // nil in a ResNet
	Down  *ConvNorm     `name:"downsample"` // brings the input to the shape of the result; nil where it has that
}

// ResSE weighs channels by what a picture has of them.
type ResSE struct {
	Reduce *nn.Conv2D `name:"fc1"`
	Expand *nn.Conv2D `name:"fc2"`
}

// resArgs describes a ResNet.
type resArgs struct {
	blocks     [4]int // of the stages
	bottleneck bool
	groups     int // of the 3×3 convolutions of bottlenecks
	width      int // channels of a group where the block gives 256
	se         bool
}

func init() {
	for name, a := range map[string]resArgs{
		"resnet18":        {blocks: [4]int{2, 2, 2, 2}},
		"resnet34":        {blocks: [4]int{3, 4, 6, 3}},
		"resnet50":        {blocks: [4]int{3, 4, 6, 3}, bottleneck: true, groups: 1, width: 64},
		"resnet101":       {blocks: [4]int{3, 4, 23, 3}, bottleneck: true, groups: 1, width: 64},
		"resnext50_32x4d": {blocks: [4]int{3, 4, 6, 3}, bottleneck: true, groups: 32, width: 4},
	} {
		registry[name] = func(rng *rand.Rand, o Options) Encoder {
			r := &ResNet{}
			r.channels = a.build(rng, o, &r.Stem, &r.Stages)
			return r
		}
	}
	se := resArgs{blocks: [4]int{3, 4, 6, 3}, bottleneck: true, groups: 32, width: 4, se: true}
	registry["se_resnext50_32x4d"] = func(rng *rand.Rand, o Options) Encoder {
		s := &SENet{}
		s.channels = se.build(rng, o, &s.Stem, &s.Stages)
		return s
	}
}

// build makes the parts of a ResNet and returns the channels of its feature maps.
func (a resArgs) build(rng *rand.Rand, o Options, stem *ResStem, stages *ResStages) (channels []int) {
	stem.Conv = a.conv(rng, o.InChannels, 64, nn.ConvOptions{Kernel: 7, Stride: 2, Pad: nn.Pad(3)})
	stem.BN = nn.NewBatchNorm(64, 1e-5, 0.1, autograd.WithReLU)
	channels = []int{64}
	in := 64
	for i, layer := range []*[]*ResBlock{&stages.Layer1, &stages.Layer2, &stages.Layer3, &stages.Layer4} {
		planes, stride := 64<<i, min(2, 1+i)
		for range a.blocks[i] {
			b := a.block(rng, o, in, planes, stride, 4<<i)
			*layer = append(*layer, b)
			in, stride = planes, 1
			if a.bottleneck {
				in = 4 * planes
			}
		}
		channels = append(channels, in)
		if i+2 > o.Depth {
			freeze(*layer)
		}
	}
	return channels[:o.Depth]
}

// block makes a block of a stage at 1/at.
func (a resArgs) block(rng *rand.Rand, o Options, in, planes, stride, at int) *ResBlock {
	norm := func(c int, act autograd.Activation) *nn.BatchNorm { return nn.NewBatchNorm(c, 1e-5, 0.1, act) }
	b := &ResBlock{}
	out := planes
	if a.bottleneck {
		out = 4 * planes
		wide := planes * a.width / 64 * a.groups
		window := o.conv(3, stride, at)
		window.Groups = a.groups
		b.Conv1, b.BN1 = a.conv(rng, in, wide, o.conv(1, 1, at)), norm(wide, autograd.WithReLU)
		b.Conv2, b.BN2 = a.conv(rng, wide, wide, window), norm(wide, autograd.WithReLU)
		b.Conv3, b.BN3 = a.conv(rng, wide, out, o.conv(1, 1, at)), norm(out, autograd.Identity)
	} else {
		b.Conv1, b.BN1 = a.conv(rng, in, planes, o.conv(3, stride, at)), norm(planes, autograd.WithReLU)
		b.Conv2, b.BN2 = a.conv(rng, planes, planes, o.conv(3, 1, at)), norm(planes, autograd.Identity)
	}
	if a.se {
		c := nn.ConvOptions{Kernel: 1, BiasInit: nn.TorchDefault}
		b.SE = &ResSE{nn.NewConv2D(rng, out, out/16, c), nn.NewConv2D(rng, out/16, out, c)}
	}
	if stride != 1 || in != out {
		b.Down = &ConvNorm{a.conv(rng, in, out, o.conv(1, stride, at)), norm(out, autograd.Identity)}
	}
	return b
}

// conv makes a convolution with fresh weights: normal ones of variance 2/(k²·OC), as torchvision draws them for ReLU, or
// PyTorch's default in a SENet.
func (a resArgs) conv(rng *rand.Rand, ic, oc int, c nn.ConvOptions) *nn.Conv2D {
	if !a.se {
		c.Init = heNormal(c.Kernel * c.Kernel * oc)
	}
	return nn.NewConv2D(rng, ic, oc, c)
}

// Channels returns the channels of the feature maps.
func (r *ResNet) Channels() []int { return r.channels }

// Forward returns the feature maps at 1/2, 1/4, … of x [N, H, W, C].
func (r *ResNet) Forward(t *autograd.Tape, x *autograd.Var) []*autograd.Var {
	x = nn.ConvNorm(t, x, r.Stem.Conv, r.Stem.BN)
	pooled := kernels.Window{KH: 3, KW: 3, SH: 2, SW: 2, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1}
	return r.Stages.forward(t, x, pooled, len(r.channels))
}

// Channels returns the channels of the feature maps.
func (s *SENet) Channels() []int { return s.channels }

// Forward returns the feature maps at 1/2, 1/4, … of x [N, H, W, C].
func (s *SENet) Forward(t *autograd.Tape, x *autograd.Var) []*autograd.Var {
	x = nn.ConvNorm(t, x, s.Stem.Conv, s.Stem.BN)
	_, h, w, _ := x.Shape.NHWC()
	// Windows begin at the first pixel, and the last may stick out: Caffe's rule.
	pooled := kernels.Window{KH: 3, KW: 3, SH: 2, SW: 2, DH: 1, DW: 1, PB: 1 - h%2, PR: 1 - w%2}
	return s.Stages.forward(t, x, pooled, len(s.channels))
}

// forward returns as many feature maps as depth says; x is the first.
func (s *ResStages) forward(t *autograd.Tape, x *autograd.Var, pooled kernels.Window, depth int) []*autograd.Var {
	features := []*autograd.Var{x}
	x = autograd.MaxPool(t, x, pooled)
	for _, layer := range [][]*ResBlock{s.Layer1, s.Layer2, s.Layer3, s.Layer4}[:depth-1] {
		for _, b := range layer {
			x = b.Forward(t, x)
		}
		features = append(features, x)
	}
	return features
}

// Forward adds to x [N, H, W, C] what the convolutions make of it.
func (b *ResBlock) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	y := nn.ConvNorm(t, x, b.Conv1, b.BN1)
	y = nn.ConvNorm(t, y, b.Conv2, b.BN2)
	if b.Conv3 != nil {
		y = nn.ConvNorm(t, y, b.Conv3, b.BN3)
	}
	if b.SE != nil {
		s := autograd.ReLU(t, b.SE.Reduce.Forward(t, autograd.GlobalAverage(t, y)))
		y = autograd.ScaleChannels(t, y, autograd.Sigmoid(t, b.SE.Expand.Forward(t, s)))
	}
	if b.Down != nil {
		x = b.Down.Forward(t, x)
	}
	return autograd.ReLU(t, autograd.Add(t, y, x))
}
