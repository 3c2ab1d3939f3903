// Package encoder has the backbones that turn a picture into feature maps of falling resolution.
package encoder

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"tessera/autograd"
)

// An Encoder computes feature maps of a picture: at 1/2, 1/4, … of its size.
type Encoder interface {
	// Forward returns the feature maps of x [N, H, W, channels], the largest first.
	Forward(t *autograd.Tape, x *autograd.Var) []*autograd.Var
	// Channels returns the channels of each feature map.
	Channels() []int
}

// Options are the settings that encoders share.
type Options struct {
	InChannels  int     // channels of the picture, 3 if zero
	DropConnect float64 // probability with which the last residual block is dropped in training
}

var registry = map[string]func(*rand.Rand, Options) Encoder{}

// New makes an encoder by its name in segmentation_models_pytorch, with fresh weights from rng. An unknown name is an
// error that lists the known ones.
func New(name string, rng *rand.Rand, o Options) (Encoder, error) {
	build := registry[name]
	if build == nil {
		return nil, fmt.Errorf("no encoder %q; there are: %s", name, strings.Join(Names(), ", "))
	}
	if o.InChannels == 0 {
		o.InChannels = 3
	}
	return build(rng, o), nil
}

// Names returns the names that New knows, sorted.
func Names() []string { return slices.Sorted(maps.Keys(registry)) }
