package kernels

import "math"

// The functions of this file are for the few numbers of a step that are float64, such as a sum over all pixels. They
// are the same everywhere, which those of package math are not.

// Log64 returns ln x within 2 ulp: NaN for negative x and NaN, infinite for 0 and +Inf.
//
// x = 2ᵏ·m with m in [√½, √2), and ln m = 2·(s + s³/3 + s⁵/5 + …) with s = (m-1)/(m+1).
func Log64(x float64) float64 {
	if !(x > 0 && x <= math.MaxFloat64) {
		return math.Log(x)
	}
	m, k := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m *= 2
		k--
	}
	s := (m - 1) / (m + 1)
	square := float64(s * s)
	series := 0.0
	for i := 23; i >= 3; i -= 2 {
		series = float64(square * (1/float64(i) + series))
	}
	low := float64(2*float64(s*series)) + float64(float64(k)*realLn2Lo)
	return float64(float64(k)*realLn2Hi) + (2*s + low)
}

// ln 2 in two parts; multiples of the first by numbers below 2¹¹ are exact.
const (
	realLn2Hi = 6.93147180369123816490e-01
	realLn2Lo = 1.90821492927058770002e-10
)

// Exp64 returns e^x within 2 ulp: NaN for NaN, 0 below -700, and +Inf above 700.
//
// e^x = 2ⁿ·e^r with n = x/ln 2 rounded, and e^r = 1 + r + r²/2! + r³/3! + …
func Exp64(x float64) float64 {
	switch {
	case x != x:
		return x
	case x > 700:
		return math.Inf(1)
	case x < -700:
		return 0
	}
	n := math.Floor(float64(x/math.Ln2) + 0.5)
	r := x - float64(n*realLn2Hi) - float64(n*realLn2Lo)
	series := 0.0
	for i := 16; i >= 1; i-- {
		series = float64((1 + series) * r / float64(i))
	}
	return math.Ldexp(1+series, int(n))
}

// Pow64 returns x^y for x ≥ 0, within 1e-13 of its value.
func Pow64(x, y float64) float64 {
	switch {
	case y == 1:
		return x
	case y == 0:
		return 1
	}
	return Exp64(y * Log64(x))
}
