package kernels

import "math"

// narrow16Of is bf16Of for maps: denormal numbers become zeros.
func narrow16Of(x float32) uint16 {
	if bits := math.Float32bits(x); bits&0x7f800000 == 0 {
		return uint16(bits >> 31 << 15)
	}
	return bf16Of(x)
}

func narrow16Generic(x []float32, y []uint16) {
	for i, v := range x {
		y[i] = narrow16Of(v)
	}
}

func moments16Generic(rows, c int, x, shift, s1, s2 []float32, y []uint16) {
	for i := range rows {
		y := y[i*c:][:c]
		for j, v := range x[i*c:][:c] {
			d := v - shift[j]
			s1[j] += d
			s2[j] += float32(d * d)
			y[j] = narrow16Of(v)
		}
	}
}

func normGradSums16Generic(act Gate16, rows, c int, x []uint16, a, b, mean, dy, s1, s2 []float32, dz []uint16) {
	for i := range rows {
		for j := range c {
			at := i*c + j
			dz[at] = normGrad16(act, bf16Wide(x[at]), a[j], b[j], mean[j], dy[at], &s1[j], &s2[j])
		}
	}
}

func moreGradSums16Generic(act Gate16, rows, c int, x []uint16, a, b, mean, add, s1, s2 []float32, dz []uint16) {
	for i := range rows {
		for j := range c {
			at := i*c + j
			dz[at] = normGrad16(act, bf16Wide(x[at]), a[j], b[j], mean[j], bf16Wide(dz[at])+add[j], &s1[j], &s2[j])
		}
	}
}

// normGrad16 returns the gradient of a number before the activation, and adds it up.
func normGrad16(act Gate16, x, a, b, mean, dy float32, s1, s2 *float32) uint16 {
	g := gate16Grad(act, float32(x*a)+b, dy)
	*s1 += g
	*s2 += float32(g * (x - mean))
	return narrow16Of(g)
}

func scaleGrad16Generic(rows, c int, x []uint16, s, dp, dot []float32, dx []uint16) {
	for i := range rows {
		for j := range c {
			at := i*c + j
			dot[j] += float32(bf16Wide(x[at]) * dp[at])
			dx[at] = narrow16Of(dp[at] * s[j])
		}
	}
}

// gate16Grad takes dy through an activation of z.
func gate16Grad(act Gate16, z, dy float32) float32 {
	switch act {
	case Gate16ReLU:
		if !(z > 0) {
			return 0
		}
	case Gate16SiLU:
		s := sigmoid16Of(z)
		dy = float32(dy * float32(s*(1+float32(z*(1-s)))))
	}
	return dy
}
