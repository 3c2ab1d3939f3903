// Package encoder has the backbones that turn a picture into feature maps of falling resolution.
package encoder

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"tessera/autograd"
	"tessera/internal/near"
	"tessera/nn"
)

// An Encoder computes feature maps of a picture: at 1/2, 1/4, … of its size.
type Encoder interface {
	// Forward returns the feature maps of x [N, H, W, channels], the largest first. One without channels is nil.
	Forward(t *autograd.Tape, x *autograd.Var) []*autograd.Var
	// Channels returns the channels of each feature map, 0 for one that does not exist: the transformers of mit.go have
	// nothing at 1/2.
	Channels() []int
}

// Options are the settings that encoders share.
type Options struct {
	InChannels int // channels of the picture, 3 if zero
	// Depth is the number of feature maps, from 3 to 5; 5 if zero. What lies behind the last stays in checkpoints and is
	// frozen.
	Depth int
	// OutputStride is what the picture's size is divided by at most: 8, 16 or 32; 32 if zero. Windows that would step
	// further are spread by as much instead, as in DeepLab (Chen et al., arXiv:1706.05587).
	OutputStride int
	DropConnect  float64 // probability with which the last residual block is dropped in training, where encoders drop any
}

// A builder makes an encoder from complete options.
type builder func(*rand.Rand, Options) Encoder

var registry = map[string]builder{}

// New makes an encoder by its name in segmentation_models_pytorch, with fresh weights from rng. An unknown name is an
// error that lists the known ones, and an impossible setting one that says what is possible.
func New(name string, rng *rand.Rand, o Options) (Encoder, error) {
	build := registry[name]
	if build == nil {
		return nil, errors.New("no encoder " + near.None(name, Names()))
	}
	if o.InChannels == 0 {
		o.InChannels = 3
	}
	if o.Depth == 0 {
		o.Depth = 5
	}
	if o.OutputStride == 0 {
		o.OutputStride = 32
	}
	switch {
	case o.InChannels < 0:
		return nil, fmt.Errorf("encoder %s: %d channels, want at least 1", name, o.InChannels)
	case o.Depth < 3 || o.Depth > 5:
		return nil, fmt.Errorf("encoder %s: depth %d, want 3, 4 or 5", name, o.Depth)
	case !slices.Contains([]int{8, 16, 32}, o.OutputStride):
		return nil, fmt.Errorf("encoder %s: output stride %d, want 8, 16 or 32", name, o.OutputStride)
	}
	return build(rng, o), nil
}

// Register makes an encoder known by a name, to New and to whatever takes names from Names, such as configurations: for
// programs that bring encoders of their own. It is called from init. It panics if the name is empty or taken.
func Register(name string, build func(*rand.Rand, Options) Encoder) {
	if _, taken := registry[name]; taken || name == "" {
		panic(fmt.Sprintf("encoder: Register of %q, which is empty or taken", name))
	}
	registry[name] = build
}

// Names returns the names that New knows, sorted.
func Names() []string { return slices.Sorted(maps.Keys(registry)) }

// dilation returns by what the windows of the stage are spread whose result lies at 1/stride; above 1 they do not step.
func (o Options) dilation(stride int) int { return max(1, stride/o.OutputStride) }

// conv returns the options of a k×k convolution of a stage at 1/at that steps by stride and pads by (k-1)/2, or takes the
// dilation's place of both.
func (o Options) conv(k, stride, at int) nn.ConvOptions {
	c := nn.ConvOptions{Kernel: k, Stride: stride, Dilation: o.dilation(at)}
	if c.Dilation > 1 {
		c.Stride = 1
	}
	c.Pad = nn.Pad(k / 2 * c.Dilation)
	return c
}

// freeze keeps parameters from learning that no feature map depends on: weight decay would shrink them.
func freeze(parts ...any) {
	for _, part := range parts {
		nn.Walk(part, func(_ string, e nn.Entry) {
			if e.Param != nil {
				e.Param.Frozen = true
			}
		})
	}
}

// A layer is a part of an encoder that makes an image of an image.
type layer interface {
	Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var
}

// ConvNorm is a convolution and a normalisation, numbered as in a sequence.
type ConvNorm struct {
	Conv *nn.Conv2D    `name:"0"`
	BN   *nn.BatchNorm `name:"1"`
}

// Forward computes both of x [N, H, W, C].
func (c *ConvNorm) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	return nn.ConvNorm(t, x, c.Conv, c.BN)
}
