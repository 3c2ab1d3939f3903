package augment

import (
	"math/rand/v2"
)

func init() { register("Emboss", Emboss{Alpha: Range{0.2, 0.5}, Strength: Range{0.2, 0.7}, P: 0.5}) }

// Emboss blends a picture with its relief, lit from the bottom right (Albumentations: Emboss).
type Emboss struct {
	Alpha    Range   `yaml:"alpha"`
	Strength Range   `yaml:"strength"`
	P        float64 `yaml:"p"`
}

// Chance returns P.
func (t Emboss) Chance() float64 { return t.P }

// Draw tosses a coin, then draws share and strength of the relief.
func (t Emboss) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws share and strength of the relief. The op is a Painter.
func (t Emboss) Always(rng *rand.Rand, h, w int) Op {
	a := drawReal(rng, t.Alpha)
	as := float64(a * drawReal(rng, t.Strength))
	return paint(h, w, newFilter(windowTaps([]float64{-a - as, -as, 0, -as, 1, as, 0, as, a + as})))
}

// Validate checks the settings.
func (t Emboss) Validate() error {
	return firstError(checkRange("alpha", t.Alpha, 0, 1),
		checkRange("strength", t.Strength, 0, 100),
		checkChance(t.P))
}
