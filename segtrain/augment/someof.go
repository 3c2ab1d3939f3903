package augment

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"tessera/segtrain/raster"
)

func init() {
	register("SomeOf", SomeOf{N: 1, P: 1})
	register("Sequential", Sequential{P: 0.5})
	register("OneOrOther", OneOrOther{P: 0.5})
}

// SomeOf applies N of its transforms, in their order in the list, with probability P (Albumentations: SomeOf).
// Each of the N keeps its own probability. With Replace one may be chosen several times.
type SomeOf struct {
	Transforms Compose `yaml:"transforms"`
	N          int     `yaml:"n"`
	Replace    bool    `yaml:"replace"`
	P          float64 `yaml:"p"`
}

// Chance returns P.
func (t SomeOf) Chance() float64 { return t.P }

// Draw tosses a coin, then chooses.
func (t SomeOf) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// DrawAt is Draw with the mask in sight.
func (t SomeOf) DrawAt(rng *rand.Rand, mask *raster.Mask, h, w int) Op {
	return maybeAt(t, rng, mask, h, w)
}

// Always chooses N transforms and draws them.
func (t SomeOf) Always(rng *rand.Rand, h, w int) Op { return t.AlwaysAt(rng, nil, h, w) }

// AlwaysAt is Always with the mask in sight.
func (t SomeOf) AlwaysAt(rng *rand.Rand, mask *raster.Mask, h, w int) Op {
	chosen := rng.Perm(len(t.Transforms))
	if t.Replace {
		chosen = make([]int, t.N)
		for i := range chosen {
			chosen[i] = rng.IntN(len(t.Transforms))
		}
	}
	chosen = chosen[:t.N]
	slices.Sort(chosen)
	list := make(Compose, t.N)
	for i, k := range chosen {
		list[i] = t.Transforms[k]
	}
	return list.DrawAt(rng, mask, h, w)
}

// Looks tells whether any of the transforms looks at the mask.
func (t SomeOf) Looks() bool { return t.Transforms.Looks() }

// Sizes tells whether any of the transforms is meant for pictures of any size.
func (t SomeOf) Sizes() bool { return t.Transforms.Sizes() }

// Validate checks that there are N transforms.
func (t SomeOf) Validate() error {
	if n := len(t.Transforms); n == 0 {
		return fmt.Errorf("transforms: needs at least one")
	} else if t.N < 1 || t.N > n && !t.Replace {
		return fmt.Errorf("n: %d of %d transforms; allowed: 1 to %d, or more with replace", t.N, n, n)
	}
	return checkChance(t.P)
}

func (t SomeOf) bind(channels, ignore int) (_ Transform, err error) {
	t.Transforms, err = t.Transforms.bound("SomeOf", channels, ignore)
	return t, err
}

// Sequential applies all of its transforms, or none, with probability P (Albumentations: Sequential). It is a chain
// within OneOf and the like.
type Sequential struct {
	Transforms Compose `yaml:"transforms"`
	P          float64 `yaml:"p"`
}

// Chance returns P.
func (t Sequential) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the chain.
func (t Sequential) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// DrawAt is Draw with the mask in sight.
func (t Sequential) DrawAt(rng *rand.Rand, mask *raster.Mask, h, w int) Op {
	return maybeAt(t, rng, mask, h, w)
}

// Always draws the chain.
func (t Sequential) Always(rng *rand.Rand, h, w int) Op { return t.Transforms.Draw(rng, h, w) }

// AlwaysAt is Always with the mask in sight.
func (t Sequential) AlwaysAt(rng *rand.Rand, mask *raster.Mask, h, w int) Op {
	return t.Transforms.DrawAt(rng, mask, h, w)
}

// Looks tells whether any of the transforms looks at the mask.
func (t Sequential) Looks() bool { return t.Transforms.Looks() }

// Sizes tells whether any of the transforms is meant for pictures of any size.
func (t Sequential) Sizes() bool { return t.Transforms.Sizes() }

// Validate checks that P is a probability.
func (t Sequential) Validate() error { return checkChance(t.P) }

func (t Sequential) bind(channels, ignore int) (_ Transform, err error) {
	t.Transforms, err = t.Transforms.bound("Sequential", channels, ignore)
	return t, err
}

// OneOrOther applies the first of its two transforms with probability P and else the second (Albumentations:
// OneOrOther). The one chosen does take place.
type OneOrOther struct {
	Transforms Compose `yaml:"transforms"`
	P          float64 `yaml:"p"`
}

// Chance is 1: one of the two always takes place.
func (t OneOrOther) Chance() float64 { return 1 }

// Draw chooses and draws.
func (t OneOrOther) Draw(rng *rand.Rand, h, w int) Op { return t.AlwaysAt(rng, nil, h, w) }

// DrawAt is Draw with the mask in sight.
func (t OneOrOther) DrawAt(rng *rand.Rand, mask *raster.Mask, h, w int) Op {
	return t.AlwaysAt(rng, mask, h, w)
}

// Always is Draw.
func (t OneOrOther) Always(rng *rand.Rand, h, w int) Op { return t.AlwaysAt(rng, nil, h, w) }

// AlwaysAt is DrawAt.
func (t OneOrOther) AlwaysAt(rng *rand.Rand, mask *raster.Mask, h, w int) Op {
	child := t.Transforms[1]
	if rng.Float64() < t.P {
		child = t.Transforms[0]
	}
	return DrawAlways(child, rng, mask, h, w)
}

// Looks tells whether any of the transforms looks at the mask.
func (t OneOrOther) Looks() bool { return t.Transforms.Looks() }

// Sizes tells whether any of the transforms is meant for pictures of any size.
func (t OneOrOther) Sizes() bool { return t.Transforms.Sizes() }

// Validate checks that there are two transforms.
func (t OneOrOther) Validate() error {
	if n := len(t.Transforms); n != 2 {
		return fmt.Errorf("transforms: needs two, not %d", n)
	}
	return checkChance(t.P)
}

func (t OneOrOther) bind(channels, ignore int) (_ Transform, err error) {
	t.Transforms, err = t.Transforms.bound("OneOrOther", channels, ignore)
	return t, err
}
