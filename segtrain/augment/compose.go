package augment

import (
	"fmt"
	"math/rand/v2"
)

// Compose applies transforms one after the other. In YAML it is a list of names, or of names with their
// settings: [HorizontalFlip, Letterbox: {height: 256, width: 256}].
type Compose []Transform

// Draw gives each transform a generator of its own, keyed by its place in the list, so that a change of one
// transform's settings leaves the draws of the others as they were. Geometric neighbours are fused (see
// Fuse).
func (c Compose) Draw(rng *rand.Rand, h, w int) Op {
	key := rng.Uint64()
	ops := make([]Op, 0, len(c))
	oh, ow := h, w
	for i, t := range c {
		op := t.Draw(NewRand(key, uint64(i)), oh, ow)
		if sized, ok := op.(interface{ Size() (h, w int) }); ok {
			oh, ow = sized.Size()
		}
		ops = append(ops, op)
	}
	return Fuse(h, w, ops...)
}

func (c Compose) bind(channels, ignore int) (_ Transform, err error) {
	out := make(Compose, len(c))
	for i, t := range c {
		if out[i], err = Bind(t, channels, ignore); err != nil {
			return nil, err
		}
	}
	return out, nil
}

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

// Always chooses a transform and draws it.
func (t OneOf) Always(rng *rand.Rand, h, w int) Op {
	var sum float64
	for _, child := range t.Transforms {
		sum += weight(child)
	}
	at := float64(rng.Float64() * sum)
	for _, child := range t.Transforms {
		if at -= weight(child); at < 0 {
			if o, ok := child.(Optional); ok {
				return o.Always(rng, h, w)
			}
			return child.Draw(rng, h, w)
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

// Validate checks that there is something to choose from.
func (t OneOf) Validate() error {
	for _, child := range t.Transforms {
		if weight(child) > 0 {
			return checkChance(t.P)
		}
	}
	return fmt.Errorf("transforms: needs at least one with p above 0")
}

func (t OneOf) bind(channels, ignore int) (Transform, error) {
	bound, err := t.Transforms.bind(channels, ignore)
	if err != nil {
		return nil, fmt.Errorf("OneOf: %w", err)
	}
	t.Transforms = bound.(Compose)
	return t, nil
}
