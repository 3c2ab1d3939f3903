package augment

import (
	"math/rand/v2"
)

func init() { register("InvertImg", InvertImg{P: 0.5}) }

// InvertImg turns a picture into its negative (Albumentations: InvertImg).
type InvertImg struct {
	P float64 `yaml:"p"`
}

// Chance returns P.
func (t InvertImg) Chance() float64 { return t.P }

// Draw tosses a coin.
func (t InvertImg) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always needs no random numbers: rng may be nil. The op is a Painter.
func (t InvertImg) Always(_ *rand.Rand, h, w int) Op {
	return paint(h, w, tableOf(func(v float64) float64 { return 255 - v }))
}

// Validate checks that P is a probability.
func (t InvertImg) Validate() error { return checkChance(t.P) }
