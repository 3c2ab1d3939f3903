package kernels

import "math"

func halfFromGeneric(x []float32, y []uint16) {
	for i, v := range x {
		y[i] = halfOf(v)
	}
}

func halfClampGeneric(x []float32, y []uint16) {
	for i, v := range x {
		switch { // NaN is neither
		case v > MaxHalf:
			v = MaxHalf
		case v < -MaxHalf:
			v = -MaxHalf
		}
		y[i] = halfOf(v)
	}
}

func halfToGeneric(x []uint16, y []float32) {
	for i, h := range x {
		y[i] = halfValue(h)
	}
}

func halfOf(v float32) uint16 {
	const (
		inf       = 0x7f800000
		overflow  = 0x477ff000 // 65520, halfway between the largest half and the next power of two
		minNormal = 0x38800000 // 2⁻¹⁴
		rebias    = (127 - 15) << 23
		denormal  = 0.5 // has the unit 2⁻²⁴, that of a denormal half: adding it rounds to those
	)
	bits := math.Float32bits(v)
	sign := uint16(bits >> 16 & 0x8000)
	bits &= 1<<31 - 1
	switch {
	case bits > inf:
		return sign | 0x7e00 | uint16(bits>>13&0x3ff)
	case bits >= overflow:
		return sign | 0x7c00
	case bits < minNormal:
		return sign | uint16(math.Float32bits(math.Float32frombits(bits)+denormal)-math.Float32bits(denormal))
	}
	bits += 0xfff + bits>>13&1 - rebias
	return sign | uint16(bits>>13)
}

func halfValue(h uint16) float32 {
	sign, exponent, fraction := uint32(h&0x8000)<<16, uint32(h>>10&0x1f), uint32(h&0x3ff)
	switch {
	case exponent == 0:
		v := float32(fraction) * (1.0 / (1 << 24))
		return math.Float32frombits(sign | math.Float32bits(v))
	case exponent < 0x1f:
		return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
	case fraction == 0:
		return math.Float32frombits(sign | 0x7f800000)
	}
	return math.Float32frombits(sign | 0x7fc00000 | fraction<<13)
}
