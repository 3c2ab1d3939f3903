package kernels

import "math"

// fma returns x*y + z rounded once to float32, as the processors' fused instructions do.
//
// The product of two float32 is exact in float64. Rounding the sum first to float64 and then to float32 goes wrong
// only where the float64 lies on the midpoint of two float32 without being exact; there, and among denormals where
// the midpoints lie elsewhere, fmaOdd rounds to odd first (Boldo and Melquiond, "Emulation of a FMA and
// correctly rounded sums", IEEE Trans. Computers 57, 2008).
func fma(x, y, z float32) float32 {
	p := float64(x) * float64(y)
	s := float64(p) + float64(z)
	if fmaHard(s) {
		return fmaOdd(p, float64(z))
	}
	return float32(s)
}

// fmaRow is z[j] = fma(x, y[j], z[j]) for all j, without a call for each.
func fmaRow(x float32, y, z []float32) {
	x64 := float64(x)
	y = y[:len(z)]
	for j := range z {
		p := x64 * float64(y[j])
		s := float64(p) + float64(z[j])
		if fmaHard(s) {
			z[j] = fmaOdd(p, float64(z[j]))
		} else {
			z[j] = float32(s)
		}
	}
}

// fmaHard reports whether rounding s to float32 could round twice: its 29 surplus bits are exactly half a unit, or it
// is a denormal of float32.
func fmaHard(s float64) bool {
	const minNormal = 0x3810000000000000 // 2^-126
	bits := math.Float64bits(s)
	return bits<<35 == 1<<63 || bits<<1 < minNormal<<1
}

//go:noinline
func fmaOdd(p, z float64) float32 {
	s := p + z
	t := s - p
	rest := (p - (s - t)) + (z - t) // s + rest is p + z exactly
	bits := math.Float64bits(s)
	if rest != 0 && bits&1 == 0 {
		if (rest > 0) == (s > 0) {
			bits++
		} else {
			bits--
		}
	}
	return float32(math.Float64frombits(bits))
}
