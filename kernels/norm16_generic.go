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
		dy, dz := dy[i*c:][:c], dz[i*c:][:c]
		for j, v := range x[i*c:][:c] {
			v := bf16Wide(v)
			g := gate16Grad(act, float32(v*a[j])+b[j], dy[j])
			s1[j] += g
			s2[j] += float32(g * (v - mean[j]))
			dz[j] = narrow16Of(g)
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
