package augment

import (
	"errors"
	"math/rand/v2"

	"tessera/segtrain/raster"
)

// OneOf applies exactly one of its transforms, with probability P (Albumentations: OneOf). The chances of the
// transforms are the weights of the choice; the one chosen does take place. Transforms without a chance weigh
// 1.
type OneOf struct {
	Transforms Compose `yaml:"transforms"`
	P          float64 `yaml:"p"`
}

// Chance returns P.
func (t OneOf) Chance() float64 { return t.P }

// Draw tosses a coin, then chooses.
func (t OneOf) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// DrawAt is Draw with the mask in sight.
func (t OneOf) DrawAt(rng *rand.Rand, mask *raster.Mask, h, w int) Op {
	return maybeAt(t, rng, mask, h, w)
}

// Always chooses a transform and draws it.
func (t OneOf) Always(rng *rand.Rand, h, w int) Op { return t.AlwaysAt(rng, nil, h, w) }

// AlwaysAt is Always with the mask in sight.
func (t OneOf) AlwaysAt(rng *rand.Rand, mask *raster.Mask, h, w int) Op {
	var sum float64
	for _, child := range t.Transforms {
		sum += weight(child)
	}
	at := float64(rng.Float64() * sum)
	for _, child := range t.Transforms {
		if at -= weight(child); at < 0 {
			return DrawAlways(child, rng, mask, h, w)
		}
	}
	return Identity(h, w)
}

func weight(t Transform) float64 {
	if o, ok := t.(Optional); ok {
		return o.Chance()
	}
	return 1
}

// Looks tells whether any of the transforms looks at the mask.
func (t OneOf) Looks() bool { return t.Transforms.Looks() }

// Sizes tells whether any of the transforms is meant for pictures of any size.
func (t OneOf) Sizes() bool { return t.Transforms.Sizes() }

// Validate checks that there is something to choose from.
func (t OneOf) Validate() error {
	for _, child := range t.Transforms {
		if weight(child) > 0 {
			return checkChance(t.P)
		}
	}
	return errors.New("transforms: needs at least one with p above 0")
}

func (t OneOf) bind(channels, ignore int) (_ Transform, err error) {
	t.Transforms, err = t.Transforms.bound("OneOf", channels, ignore)
	return t, err
}
