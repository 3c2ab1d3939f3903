package augment

import (
	"math/rand/v2"
)

func init() { register("Blur", Blur{BlurLimit: KernelSize{3, 7}, P: 0.5}) }

// Blur takes the mean of a square window (Albumentations: Blur).
type Blur struct {
	BlurLimit KernelSize `yaml:"blur_limit"`
	P         float64    `yaml:"p"`
}

// Chance returns P.
func (t Blur) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the size of the window.
func (t Blur) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the size of the window. The op is a Painter.
func (t Blur) Always(rng *rand.Rand, h, w int) Op {
	return paint(h, w, boxFilter(drawSize(rng, t.BlurLimit)))
}

// Validate checks the settings.
func (t Blur) Validate() error {
	return firstError(checkKernel("blur_limit", t.BlurLimit),
		checkChance(t.P))
}
