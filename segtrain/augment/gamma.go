package augment

import (
	"math/rand/v2"

	"tessera/kernels"
)

func init() { register("RandomGamma", RandomGamma{GammaLimit: FromOne{80, 120}, P: 0.5}) }

// RandomGamma raises samples in 0..1 to the power of a hundredth of what it draws (Albumentations: RandomGamma). A single
// number n is the range [1, n], which makes pictures much brighter: give both ends.
type RandomGamma struct {
	GammaLimit FromOne `yaml:"gamma_limit"`
	P          float64 `yaml:"p"`
}

// Chance returns P.
func (t RandomGamma) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the exponent.
func (t RandomGamma) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the exponent. The op is a Painter.
func (t RandomGamma) Always(rng *rand.Rand, h, w int) Op {
	return paint(h, w, gamma(drawReal(rng, t.GammaLimit)/100))
}

// Validate checks the settings.
func (t RandomGamma) Validate() error {
	return firstError(checkRange("gamma_limit", t.GammaLimit, 1, 10000),
		checkChance(t.P))
}

func gamma(g float64) table {
	return tableOf(func(v float64) float64 { return 255 * power(v/255, g) })
}

// power is x to the power y, for x from 0, the same bits on every processor.
func power(x, y float64) float64 {
	if x <= 0 {
		return 0
	}
	if x == 1 {
		return 1
	}
	return kernels.Exp64(y * kernels.Log64(x))
}
