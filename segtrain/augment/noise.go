package augment

import (
	"math"
	"math/rand/v2"

	"tessera/internal/random"
	"tessera/kernels"
)

// Noise is a function of a key, which is drawn, and of the place of a sample, so that a picture of any shape has its
// noise without a stream of random numbers.

// bits16 returns 16 random bits for index i of a key: four indices share a number.
func bits16(key uint64, i int) uint16 { return uint16(random.At(key, i>>2) >> (i & 3 * 16)) }

// uniform returns a number in [0, 1) for index i of a key.
func uniform(key uint64, i int) float64 { return float64(random.At(key, i)>>11) / (1 << 53) }

// gaussian draws from the standard normal distribution, the same bits on every processor.
func gaussian(rng *rand.Rand) float64 { return quantile((float64(rng.Uint64()>>12) + 0.5) / (1 << 52)) }

// quantile is the inverse of the standard normal distribution function: Acklam's rational approximation (2003), whose
// relative error is below 1.2e-9.
func quantile(p float64) float64 {
	const low = 0.02425
	switch {
	case p < low:
		return tail(math.Sqrt(-2 * kernels.Log64(p)))
	case p > 1-low:
		return -tail(math.Sqrt(-2 * kernels.Log64(1-p)))
	}
	q := p - 0.5
	r := q * q
	num := horner(r, -3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02, 1.383577518672690e+02,
		-3.066479806614716e+01, 2.506628277459239e+00)
	den := horner(r, -5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01,
		-1.328068155288572e+01, 1)
	return num * q / den
}

func tail(q float64) float64 {
	num := horner(q, -7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00, -2.549732539343734e+00,
		4.374664141464968e+00, 2.938163982698783e+00)
	return num / horner(q, 7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00, 1)
}

// horner is the polynomial with these coefficients, the highest power first.
func horner(x float64, c ...float64) (y float64) {
	for _, a := range c {
		y = float64(y*x) + a
	}
	return y
}

// normalTable holds the standard normal distribution in 4096 steps of equal probability, times 2¹².
var normalTable = func() (t [4096]int32) {
	for i := range t {
		t[i] = int32(math.Floor(float64(4096*quantile((float64(i)+0.5)/4096)) + 0.5))
	}
	return t
}()
