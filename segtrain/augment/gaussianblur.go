package augment

import (
	"math/rand/v2"

	"tessera/kernels"
)

func init() { register("GaussianBlur", GaussianBlur{SigmaLimit: FromZero{0.5, 3}, P: 0.5}) }

// GaussianBlur sums with the weights of a normal distribution (Albumentations: GaussianBlur). BlurLimit is the size of the
// window; 0, the default, makes it reach 3.5 standard deviations to each side.
type GaussianBlur struct {
	BlurLimit  IntRange `yaml:"blur_limit"`
	SigmaLimit FromZero `yaml:"sigma_limit"`
	P          float64  `yaml:"p"`
}

// Chance returns P.
func (t GaussianBlur) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the standard deviation and the size of the window.
func (t GaussianBlur) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the standard deviation and the size of the window. The op is a Painter.
func (t GaussianBlur) Always(rng *rand.Rand, h, w int) Op {
	sigma := drawReal(rng, t.SigmaLimit)
	return paint(h, w, separable(bell(drawInt(rng, t.BlurLimit), sigma)))
}

// Validate checks the settings.
func (t GaussianBlur) Validate() error {
	return firstError(checkRange("blur_limit", t.BlurLimit, 0, maxKernel),
		checkRange("sigma_limit", t.SigmaLimit, 0, 14),
		checkChance(t.P))
}

// bell returns the weights of a normal distribution in a window of k pixels, made odd; k 0 is int(3.5·sigma)·2 + 1.
func bell(k int, sigma float64) []float64 {
	if k == 0 {
		k = 2 * int(sigma*3.5)
	}
	weights := make([]float64, k|1)
	if sigma == 0 {
		weights[k/2] = 1
		return weights
	}
	var sum float64
	for i := range weights {
		x := float64(i-len(weights)/2) / sigma
		weights[i] = kernels.Exp64(-0.5 * x * x)
		sum += weights[i]
	}
	for i := range weights {
		weights[i] /= sum
	}
	return weights
}
