package augment

import (
	"errors"
	"math/rand/v2"
	"slices"

	"tessera/segtrain/raster"
)

func init() { register("Scheduled", Scheduled{MixWhen: MixWhen{P: 1}}) }

// Scheduled is a Sequential whose probability depends on the epoch, as that of a mixer does: augmentation that begins late, ends
// early or becomes more. Of itself it is that of the last epoch of its ramp; At gives that of another one.
type Scheduled struct {
	Transforms Compose `yaml:"transforms"`
	MixWhen    `yaml:",inline"`
}

// Chance returns P.
func (t Scheduled) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the chain.
func (t Scheduled) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// DrawAt is Draw with the mask in sight.
func (t Scheduled) DrawAt(rng *rand.Rand, mask *raster.Mask, h, w int) Op {
	return maybeAt(t, rng, mask, h, w)
}

// Always draws the chain.
func (t Scheduled) Always(rng *rand.Rand, h, w int) Op { return t.Transforms.Draw(rng, h, w) }

// AlwaysAt is Always with the mask in sight.
func (t Scheduled) AlwaysAt(rng *rand.Rand, mask *raster.Mask, h, w int) Op {
	return t.Transforms.DrawAt(rng, mask, h, w)
}

// Looks tells whether any of the transforms looks at the mask.
func (t Scheduled) Looks() bool { return t.Transforms.Looks() }

// Sizes tells whether any of the transforms is meant for pictures of any size.
func (t Scheduled) Sizes() bool { return t.Transforms.Sizes() }

// Validate checks that there is something to schedule, and when.
func (t Scheduled) Validate() error {
	if len(t.Transforms) == 0 {
		return errors.New("transforms: needs at least one")
	}
	if t.Sizes() {
		return errors.New("transforms: none may change the size of a picture, which must be the same in all epochs")
	}
	return t.Check()
}

func (t Scheduled) bind(channels, ignore int) (_ Transform, err error) {
	t.Transforms, err = t.Transforms.bound("Scheduled", channels, ignore)
	return t, err
}

// At returns a transform as it is in an epoch, counted from 0.
func At(t Transform, epoch int) Transform {
	if !timed(t) {
		return t
	}
	switch t := t.(type) {
	case Compose:
		return t.at(epoch)
	case OneOf:
		t.Transforms = t.Transforms.at(epoch)
		return t
	case SomeOf:
		t.Transforms = t.Transforms.at(epoch)
		return t
	case OneOrOther:
		t.Transforms = t.Transforms.at(epoch)
		return t
	case Sequential:
		t.Transforms = t.Transforms.at(epoch)
		return t
	case Scheduled:
		return Sequential{t.Transforms.at(epoch), t.MixWhen.at(epoch)}
	}
	return t
}

func (c Compose) at(epoch int) Compose {
	out := make(Compose, len(c))
	for i, t := range c {
		out[i] = At(t, epoch)
	}
	return out
}

// timed tells whether a transform differs from epoch to epoch.
func timed(t Transform) bool {
	_, ok := t.(Scheduled)
	return ok || slices.ContainsFunc(Parts(t), timed)
}

// Parts returns the transforms that one is made of; nil of others.
func Parts(t Transform) Compose {
	switch t := t.(type) {
	case Compose:
		return t
	case OneOf:
		return t.Transforms
	case SomeOf:
		return t.Transforms
	case OneOrOther:
		return t.Transforms
	case Sequential:
		return t.Transforms
	case Scheduled:
		return t.Transforms
	}
	return nil
}
