package kernels

import "math"

// The constants of sigmoid16Of; AVX-512 has them in sigma16_avx512_amd64.h.
const (
	sigma16Least = -87
	sigma16Log2E = 1.442695
	sigma16Magic = 0x1.8p23
)

// sigma16Exp are the coefficients of 2^f, |f| ≤ ½, with a relative error of 2.6e-6; sigma16Inverse those of 1/d, 1 ≤ d ≤ 2, with 1/577:
// (1 - T₄(2d-3)/577)/d, T₄ being Chebyshev's polynomial.
var (
	sigma16Exp     = [...]uint32{0x3f7ffff4, 0x3f31706e, 0x3e76036d, 0x3d650a20, 0x3c1ccbeb}
	sigma16Inverse = [...]uint32{0x403504e1, 0xc03c1e2b, 0x3faa5ef2, 0xbe632943}
)

// sigmoid16Of is 1/(1+e^-x) for maps in bfloat16: with a relative error of 1e-5, a hundredth of what rounding the result makes, and
// without a division, which would take as long as the rest.
//
//	e = e^-|x|,  r = 1/(1+e) by a polynomial and a step of Newton's method;  x < 0 ? e·r : r
func sigmoid16Of(x float32) float32 {
	t := math.Float32frombits(math.Float32bits(x) | 1<<31)
	if t < sigma16Least {
		t = sigma16Least
	}
	n := fma(t, sigma16Log2E, sigma16Magic)
	f := fma(t, sigma16Log2E, -(n - sigma16Magic))
	e := horner16(sigma16Exp[:], f)
	e = math.Float32frombits(math.Float32bits(e) + math.Float32bits(n)<<23)
	d := 1 + e
	r := horner16(sigma16Inverse[:], d)
	r = fma(fma(-r, d, 1), r, r)
	if math.Signbit(float64(x)) {
		return e * r
	}
	return r
}

// horner16 computes a polynomial in x with fused multiply-adds.
func horner16(coefficients []uint32, x float32) float32 {
	last := len(coefficients) - 1
	y := math.Float32frombits(coefficients[last])
	for i := last - 1; i >= 0; i-- {
		y = fma(y, x, math.Float32frombits(coefficients[i]))
	}
	return y
}
