package optim

import "math"

// The library's powers, exponentials and logarithms may differ between processors in the last bit, and learning rates
// must not. These are fixed sequences of operations, good to about 1e-15.

// power returns xⁿ by squaring.
func power(x float64, n int64) float64 {
	y := 1.0
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			y *= x
		}
		x *= x
	}
	return y
}

// pow returns x to the y for x of at least 0.
func pow(x, y float64) float64 {
	switch {
	case y == 0 || x == 1:
		return 1
	case x == 0:
		return 0
	}
	return exp(y * log(x))
}

// ln 2 in two parts, the first short enough for its product with an exponent to be exact.
const (
	ln2High = 6.93147180369123816490e-01
	ln2Low  = 1.90821492927058770002e-10
)

// exp returns e to the x by Taylor's series on what is left of x beside multiples of ln 2.
func exp(x float64) float64 {
	if x < -745 {
		return 0
	}
	k := math.Floor(x/math.Ln2 + 0.5)
	r := x - float64(k*ln2High) - float64(k*ln2Low)
	sum, term := 1.0, 1.0
	for i := 1.0; i < 20; i++ {
		term = float64(term*r) / i
		sum += term
	}
	return math.Ldexp(sum, int(k))
}

// log returns the natural logarithm of x above 0 by the series of the inverse hyperbolic tangent.
func log(x float64) float64 {
	m, e := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m, e = 2*m, e-1
	}
	s := (m - 1) / (m + 1)
	z, term, sum := s*s, s, 0.0
	for k := 1.0; k < 30; k += 2 {
		sum += term / k
		term *= z
	}
	return float64(float64(e)*ln2High) + (2*sum + float64(float64(e)*ln2Low))
}
