package augment

import (
	"math/rand/v2"
)

func init() { register("Posterize", Posterize{NumBits: IntRange{4, 4}, P: 0.5}) }

// Posterize keeps the upper bits of each sample (Albumentations: Posterize, with one range for all channels).
type Posterize struct {
	NumBits IntRange `yaml:"num_bits"`
	P       float64  `yaml:"p"`
}

// Chance returns P.
func (t Posterize) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the number of bits.
func (t Posterize) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the number of bits. The op is a Painter.
func (t Posterize) Always(rng *rand.Rand, h, w int) Op {
	mask := uint8(0xff) << (8 - drawInt(rng, t.NumBits))
	return paint(h, w, tableOf(func(v float64) float64 { return float64(uint8(v) & mask) }))
}

// Validate checks the settings.
func (t Posterize) Validate() error {
	return firstError(checkRange("num_bits", t.NumBits, 1, 7),
		checkChance(t.P))
}
