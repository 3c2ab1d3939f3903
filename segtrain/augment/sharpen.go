package augment

import (
	"math/rand/v2"
)

func init() {
	register("Sharpen", Sharpen{Alpha: Range{0.2, 0.5}, Lightness: Range{0.5, 1}, Method: "kernel", KernelSize: 5, Sigma: 1, P: 0.5})
}

// Sharpen blends a picture with one sharpened by a 3×3 window (method kernel), or adds Alpha times its difference from a
// Gaussian blur (method gaussian) (Albumentations: Sharpen; its gaussian difference wraps around below 0, this does not).
type Sharpen struct {
	Alpha      Range   `yaml:"alpha"`
	Lightness  Range   `yaml:"lightness"`
	Method     string  `yaml:"method"`      // kernel or gaussian
	KernelSize int     `yaml:"kernel_size"` // for gaussian, as is sigma
	Sigma      float64 `yaml:"sigma"`
	P          float64 `yaml:"p"`
}

// Chance returns P.
func (t Sharpen) Chance() float64 { return t.P }

// Draw tosses a coin, then draws its strength.
func (t Sharpen) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws its strength. The op is a Painter.
func (t Sharpen) Always(rng *rand.Rand, h, w int) Op {
	alpha := drawReal(rng, t.Alpha)
	if t.Method == "gaussian" {
		return paint(h, w, newFilter(sharpGaussian(alpha, bell(t.KernelSize, t.Sigma))))
	}
	middle := 1 - alpha + float64(alpha*(8+drawReal(rng, t.Lightness)))
	return paint(h, w, newFilter(windowTaps([]float64{-alpha, -alpha, -alpha, -alpha, middle, -alpha, -alpha, -alpha, -alpha})))
}

// Validate checks the settings.
func (t Sharpen) Validate() error {
	return firstError(checkRange("alpha", t.Alpha, 0, 1),
		checkRange("lightness", t.Lightness, 0, 100),
		checkOneOf("method", t.Method, "kernel", "gaussian"),
		checkKernel("kernel_size", KernelSize{t.KernelSize, t.KernelSize}),
		checkReal("sigma", t.Sigma, 0.01, 14),
		checkChance(t.P))
}

// sharpGaussian returns the window (1 + alpha) − alpha·bell.
func sharpGaussian(alpha float64, bell []float64) []tap {
	k := len(bell)
	window := make([]float64, k*k)
	for i := range window {
		window[i] = -alpha * bell[i/k] * bell[i%k]
	}
	window[len(window)/2] += 1 + alpha
	return windowTaps(window)
}
