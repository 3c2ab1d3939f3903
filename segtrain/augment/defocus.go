package augment

import (
	"math/rand/v2"
)

func init() {
	register("Defocus", Defocus{Radius: DefocusRadius{3, 10}, AliasBlur: FromZero{0.1, 0.5}, P: 0.5})
}

// Defocus takes the mean of a disc whose edge is softened (Albumentations: Defocus; Hendrycks and Dietterich: "Benchmarking
// Neural Network Robustness to Common Corruptions and Perturbations", ICLR 2019).
type Defocus struct {
	Radius    DefocusRadius `yaml:"radius"`
	AliasBlur FromZero      `yaml:"alias_blur"` // standard deviation of the softening
	P         float64       `yaml:"p"`
}

// Chance returns P.
func (t Defocus) Chance() float64 { return t.P }

// Draw tosses a coin, then draws radius and softening.
func (t Defocus) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws radius and softening. The op is a Painter.
func (t Defocus) Always(rng *rand.Rand, h, w int) Op {
	radius := drawInt(rng, IntRange(t.Radius))
	return paint(h, w, newFilter(disc(radius, drawReal(rng, t.AliasBlur))))
}

// Validate checks the settings.
func (t Defocus) Validate() error {
	return firstError(checkRange("radius", t.Radius, 1, 30),
		checkRange("alias_blur", t.AliasBlur, 0, 14),
		checkChance(t.P))
}

// DefocusRadius is a range of radii in pixels; a single number n is [1, n].
type DefocusRadius [2]int

// UnmarshalYAML reads a whole number or a list of two.
func (r *DefocusRadius) UnmarshalYAML(decode func(any) error) error {
	return decodePair((*[2]int)(r), decode, func(n int) [2]int { return [2]int{1, n} })
}

// disc returns the taps of a disc that was blurred by a Gaussian in a window of 3 or 5 pixels, within a square of at
// least 17 pixels.
func disc(radius int, alias float64) []tap {
	half, window := max(8, radius), 5
	if radius <= 8 {
		window = 3
	}
	soft := openCVBell(window, alias)
	n := 2*half + 1
	out := make([]float64, n*n)
	var count int
	for i := range n * n {
		y, x := i/n-half, i%n-half
		if y*y+x*x > radius*radius {
			continue
		}
		count++
	}
	inside := func(y, x int) float64 {
		y, x = mirror(y, n)-half, mirror(x, n)-half
		if y*y+x*x <= radius*radius {
			return 1 / float64(count)
		}
		return 0
	}
	for i := range out {
		for a, wy := range soft {
			for b, wx := range soft {
				out[i] += float64(float64(wy*wx) * inside(i/n+a-window/2, i%n+b-window/2))
			}
		}
	}
	return windowTaps(out)
}

// openCVBell returns the weights of OpenCV's GaussianBlur: those of a normal distribution, or, where sigma is 0, fixed ones
// for small windows and a sigma that follows from the size for others.
func openCVBell(k int, sigma float64) []float64 {
	if sigma > 0 {
		return bell(k, sigma)
	}
	small := map[int][]float64{1: {256}, 3: {64, 128, 64}, 5: {16, 64, 96, 64, 16}, 7: {8, 28, 56, 72, 56, 28, 8}}[k]
	if small == nil {
		return bell(k, float64(0.3*(float64(float64(k-1)*0.5)-1))+0.8)
	}
	for i := range small {
		small[i] /= 256
	}
	return small
}
