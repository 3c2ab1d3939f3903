package synth

import (
	"math"

	"tessera/internal/random"
)

// Every product that may reach a sum is rounded by a conversion first: without it a compiler may fuse the two
// operations, and the bits would depend on the processor.

func lerp(a, b, t float32) float32 { return float32(a) + float32(t*(float32(b)-float32(a))) }

func dot(ax, ay, bx, by float32) float32 { return float32(ax*bx) + float32(ay*by) }

func hypot(x, y float32) float32 { return float32(math.Sqrt(float64(dot(x, y, x, y)))) }

func floor(x float32) float32 { return float32(math.Floor(float64(x))) }

func abs(x float32) float32 { return max(x, -x) }

func clamp(x float32) float32 { return min(max(x, 0), 1) }

// smooth is the cubic that leaves 0 and reaches 1 with no slope: 3t² − 2t³.
func smooth(t float32) float32 { return float32(t * t * (3 - float32(2*t))) }

// wave is a triangle wave of period 1 between 0 and 1.
func wave(x float32) float32 { return abs(float32(2*(x-floor(x))) - 1) }

// rgb is a colour with components nominally in [0, 1].
type rgb [3]float32

func (a rgb) lerp(b rgb, t float32) rgb {
	return rgb{lerp(a[0], b[0], t), lerp(a[1], b[1], t), lerp(a[2], b[2], t)}
}

func (a rgb) scale(s float32) rgb {
	return rgb{float32(a[0] * s), float32(a[1] * s), float32(a[2] * s)}
}

// hsv returns the colour of a hue in turns (any real number), a saturation and a value in [0, 1].
func hsv(hue, saturation, value float32) rgb {
	var c rgb
	for i, turn := range [3]float32{0, 2. / 3, 1. / 3} {
		h := hue + turn
		h -= floor(h)
		full := clamp(abs(float32(6*h)-3) - 1)
		c[i] = float32(value * lerp(1, full, saturation))
	}
	return c
}

// noise is value noise: random numbers in [0, 1] on the integer lattice, blended smoothly between its points.
func noise(key uint32, x, y float32) float32 {
	fx, fy := floor(x), floor(y)
	ix, iy := int32(fx), int32(fy)
	tx, ty := smooth(x-fx), smooth(y-fy)
	top := lerp(lattice(key, ix, iy), lattice(key, ix+1, iy), tx)
	bottom := lerp(lattice(key, ix, iy+1), lattice(key, ix+1, iy+1), tx)
	return lerp(top, bottom, ty)
}

// cloud is three octaves of noise, in [0, 1].
func cloud(key uint32, x, y float32) float32 {
	coarse := noise(key, x, y)
	middle := noise(key+1, float32(2*x), float32(2*y))
	fine := noise(key+2, float32(4*x), float32(4*y))
	return float32(coarse*0.57) + float32(middle*0.29) + float32(fine*0.14)
}

func lattice(key uint32, x, y int32) float32 {
	h := random.Mix(uint64(key)<<32 ^ uint64(uint32(x))*0x85ebca6b ^ uint64(uint32(y))*0xc2b2ae3d27d4eb4f)
	return float32(h>>40) / (1 << 24)
}
