package kernels

import "math"

// The constants of Exp. Adding and subtracting actMagic rounds to an integer, which then is in the lowest
// bits; n·actLn2Hi is exact for |n| < 2¹⁵.
const (
	actLo    = -87.3
	actHi    = 88.7
	actLog2E = 1.44269502
	actMagic = 3 << 22
	actLn2Hi = 0.693359375
	actLn2Lo = -2.12194442e-4
	actE2    = 0.49999994
	actE3    = 0.16666521
	actE4    = 0.04166839
	actE5    = 0.0083687166
	actE6    = 0.0013814599
)

// actRaise returns e^x for x in [actLo, actHi] and NaN for NaN.
func actRaise(x float32) float32 {
	t := float32(x*actLog2E) + actMagic
	n := t - actMagic
	r := x - float32(n*actLn2Hi)
	r -= float32(n * actLn2Lo)
	p := float32(r*actE6) + actE5
	p = float32(p*r) + actE4
	p = float32(p*r) + actE3
	p = float32(p*r) + actE2
	p = float32(p*float32(r*r)) + r + 1
	if p != p {
		return p
	}
	return math.Float32frombits(math.Float32bits(p) + math.Float32bits(t)<<23)
}

func actExpOf(x float32) float32 {
	if x < actLo {
		x = actLo
	}
	if x > actHi {
		x = actHi
	}
	return actRaise(x)
}

func actSigmoidOf(x float32) float32 {
	negative := math.Float32frombits(math.Float32bits(x) | 1<<31)
	if negative < actLo {
		negative = actLo
	}
	e := actRaise(negative)
	if x < 0 {
		return e / (1 + e)
	}
	return 1 / (1 + e)
}

// actLn returns ln x: NaN for negative x and NaN, infinite for 0 and +Inf.
func actLn(x float32) float32 {
	const (
		sqrtHalf = 0x3f3504f3 // the bits of √½
		one      = 0x3f800000
		r1       = 0.6666666
		r2       = 0.40000334
		r3       = 0.2853731
		r4       = 0.23582152
	)
	if !(x > 0 && x <= math.MaxFloat32) {
		return float32(math.Log(float64(x))) // NaN or infinite: the same everywhere
	}
	exponent := int32(-127)
	if x < 0x1p-126 {
		x *= 1 << 25
		exponent -= 25
	}
	bits := math.Float32bits(x) + (one - sqrtHalf)
	k := float32(int32(bits>>23) + exponent)
	f := math.Float32frombits(bits&(1<<23-1)+sqrtHalf) - 1
	s := f / (2 + f)
	z := float32(s * s)
	r := float32(z*r4) + r3
	r = float32(r*z) + r2
	r = float32(r*z) + r1
	r = float32(r * z)
	h := float32(float32(f*f) * 0.5)
	low := float32(s*(h+r)) + float32(k*actLn2Lo)
	return float32(k*actLn2Hi) - ((h - low) - f)
}

func actExpGeneric(x, y []float32) {
	for i, v := range x {
		y[i] = actExpOf(v)
	}
}

func actSigmoidGeneric(x, y []float32) {
	for i, v := range x {
		y[i] = actSigmoidOf(v)
	}
}

func actSiLUGeneric(x, y []float32) {
	for i, v := range x {
		y[i] = v * actSigmoidOf(v)
	}
}

func actReLUGeneric(x, y []float32) {
	for i, v := range x {
		if v <= 0 {
			v = 0
		}
		y[i] = v
	}
}

func actSigmoidGradGeneric(accumulate bool, y, dy, dx []float32) {
	for i, v := range y {
		dx[i] = actPrior(accumulate, dx[i]) + float32(float32(dy[i]*v)*(1-v))
	}
}

func actSiLUGradGeneric(accumulate bool, x, dy, dx []float32) {
	for i, v := range x {
		s := actSigmoidOf(v)
		slope := float32(s * (1 + float32(v*(1-s))))
		dx[i] = actPrior(accumulate, dx[i]) + float32(dy[i]*slope)
	}
}

func actReLUGradGeneric(accumulate bool, y, dy, dx []float32) {
	for i, v := range y {
		var g float32
		if v > 0 {
			g = dy[i]
		}
		dx[i] = actPrior(accumulate, dx[i]) + g
	}
}

// actPrior returns what a gradient is added to: dx, or +0 if it is to be overwritten.
func actPrior(accumulate bool, dx float32) float32 {
	if accumulate {
		return dx
	}
	return 0
}
