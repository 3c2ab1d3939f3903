// Package decoder has the models that turn an encoder's feature maps into a score for each class and pixel.
package decoder

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"tessera/internal/near"
)

// Settings are those of one architecture, such as *UnetSettings, under the names and with the defaults of
// segmentation_models_pytorch. Defaults makes them.
type Settings interface {
	// Check reports settings out of range.
	Check() error
	// Encoder returns the depth and the output stride of the encoder that the architecture is to be built on.
	Encoder() (depth, outputStride int)
	// SetChannels sets decoder_channels: one number for each block, or one for all, as the architecture has it. Another
	// number of them is an error.
	SetChannels(channels []int) error

	// build makes the decoder for an encoder with feature maps of so many channels.
	build(rng *rand.Rand, channels []int) (plan, error)
}

// A plan is a decoder and what the model around it must know.
type plan struct {
	decoder  Decoder
	channels int // of its result
	kernel   int // window of the segmentation head
	anySize  bool
	least    int // sides of a picture, as a multiple of the output stride

	torchInit bool // heads start by PyTorch's rule instead of Xavier's
}

// Options are the settings of a model.
type Options struct {
	Classes  int
	Settings Settings   // of the architecture; nil for its defaults
	Aux      *AuxParams // of the classification head; nil for none
	// Downscale is the channels of pictures that a DownscaleStem halves ahead of the encoder; 0 for no stem.
	Downscale int
}

var registry = map[string]func() Settings{}

// Names returns the architectures that New knows, sorted.
func Names() []string { return slices.Sorted(maps.Keys(registry)) }

// Defaults returns the default settings of an architecture. An unknown name is an error that lists the known ones.
func Defaults(arch string) (Settings, error) {
	make := registry[arch]
	if make == nil {
		return nil, errors.New("no architecture " + near.None(arch, Names()))
	}
	return make(), nil
}

// New makes a model of an architecture, by its lower-case name in segmentation_models_pytorch, on an encoder, with fresh
// weights from rng. The encoder should have the depth and the output stride that the settings ask for. An unknown
// name and an impossible setting are errors.
func New(arch string, rng *rand.Rand, e Encoder, o Options) (*SegmentationModel, error) {
	s := o.Settings
	if s == nil {
		var err error
		if s, err = Defaults(arch); err != nil {
			return nil, err
		}
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	if o.Classes < 1 {
		return nil, fmt.Errorf("classes: %d, want at least 1", o.Classes)
	}
	p, err := s.build(rng, e.Channels())
	if err != nil {
		return nil, err
	}
	m := &SegmentationModel{Encoder: e, Decoder: p.decoder, multiple: 1,
		Head: newSegmentationHead(rng, p, o.Classes)}
	if !p.anySize {
		_, stride := s.Encoder()
		m.multiple = min(stride, 1<<len(e.Channels()))
		m.least = p.least * m.multiple
	}
	if o.Aux != nil {
		channels := e.Channels()
		if m.Classifier, err = newClassificationHead(rng, p, channels[len(channels)-1], *o.Aux); err != nil {
			return nil, err
		}
	}
	if o.Downscale > 0 {
		m.Stem = newDownscaleStem(rng, o.Downscale)
	}
	return m, nil
}

// needs reports an encoder with fewer feature maps than least, or without one of the first from index first on.
func needs(channels []int, least, first int) error {
	if len(channels) < least {
		return fmt.Errorf("the encoder has %d feature maps, want at least %d: encoder_depth is too small", len(channels), least)
	}
	for i := first; i < len(channels); i++ {
		if channels[i] == 0 {
			return fmt.Errorf("the encoder has no feature map at 1/%d, which this architecture needs", 2<<i)
		}
	}
	return nil
}

// one sets a number from a list of one.
func one(to *int, channels []int) error {
	if len(channels) != 1 {
		return fmt.Errorf("decoder_channels: %d numbers given, want 1", len(channels))
	}
	*to = channels[0]
	return nil
}

// noChannels refuses decoder_channels where other settings stand for it.
func noChannels(instead string) error {
	return fmt.Errorf("decoder_channels: this architecture has none; %s", instead)
}
