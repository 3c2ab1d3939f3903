package augment

import (
	"math/rand/v2"
)

func init() { register("Solarize", Solarize{ThresholdRange: Range{0.5, 0.5}, P: 0.5}) }

// Solarize inverts samples from a threshold on, a share of white (Albumentations: Solarize).
type Solarize struct {
	ThresholdRange Range   `yaml:"threshold_range"`
	P              float64 `yaml:"p"`
}

// Chance returns P.
func (t Solarize) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the threshold.
func (t Solarize) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the threshold. The op is a Painter.
func (t Solarize) Always(rng *rand.Rand, h, w int) Op {
	threshold := 255 * drawReal(rng, t.ThresholdRange)
	return paint(h, w, tableOf(func(v float64) float64 {
		if v >= threshold {
			return 255 - v
		}
		return v
	}))
}

// Validate checks the settings.
func (t Solarize) Validate() error {
	return firstError(checkRange("threshold_range", t.ThresholdRange, 0, 1),
		checkChance(t.P))
}
