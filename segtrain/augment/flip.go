package augment

import "math/rand/v2"

// HorizontalFlip mirrors left and right with probability P (Albumentations: HorizontalFlip).
type HorizontalFlip struct {
	P float64 `yaml:"p"`
}

// Chance returns P.
func (t HorizontalFlip) Chance() float64 { return t.P }

// Draw tosses a coin.
func (t HorizontalFlip) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always returns the flip, which needs no random numbers: rng may be nil. The op is a Geometric and an
// Inverter.
func (t HorizontalFlip) Always(_ *rand.Rand, h, w int) Op {
	return newMove(frame{h, w, h, w}, lattice{yy: 1, xx: -1, x0: w - 1}, border{})
}

// Validate checks that P is a probability.
func (t HorizontalFlip) Validate() error { return checkChance(t.P) }

// VerticalFlip mirrors top and bottom with probability P (Albumentations: VerticalFlip).
type VerticalFlip struct {
	P float64 `yaml:"p"`
}

// Chance returns P.
func (t VerticalFlip) Chance() float64 { return t.P }

// Draw tosses a coin.
func (t VerticalFlip) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always returns the flip, which needs no random numbers: rng may be nil. The op is a Geometric and an
// Inverter.
func (t VerticalFlip) Always(_ *rand.Rand, h, w int) Op {
	return newMove(frame{h, w, h, w}, lattice{yy: -1, y0: h - 1, xx: 1}, border{})
}

// Validate checks that P is a probability.
func (t VerticalFlip) Validate() error { return checkChance(t.P) }
