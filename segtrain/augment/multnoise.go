package augment

import (
	"math/rand/v2"

	"tessera/internal/random"
	"tessera/segtrain/raster"
)

func init() {
	register("MultiplicativeNoise", MultiplicativeNoise{Multiplier: Range{0.9, 1.1}, P: 0.5})
}

// MultiplicativeNoise multiplies samples by random factors: one for the picture, one a channel (PerChannel), one a pixel
// (Elementwise), or one a sample (both) (Albumentations: MultiplicativeNoise).
type MultiplicativeNoise struct {
	Multiplier  Range   `yaml:"multiplier"`
	PerChannel  bool    `yaml:"per_channel"`
	Elementwise bool    `yaml:"elementwise"`
	P           float64 `yaml:"p"`
}

// Chance returns P.
func (t MultiplicativeNoise) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the key of the factors.
func (t MultiplicativeNoise) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the key of the factors. The op is a Painter.
func (t MultiplicativeNoise) Always(rng *rand.Rand, h, w int) Op {
	return paint(h, w, factors{rng.Uint64(), t})
}

// Validate checks the settings.
func (t MultiplicativeNoise) Validate() error {
	return firstError(checkRange("multiplier", t.Multiplier, 0, 255),
		checkChance(t.P))
}

type factors struct {
	key uint64
	MultiplicativeNoise
}

func (b factors) stroke(dst, src *raster.Image) {
	if b.Elementwise {
		b.each(dst.Pix8, src.Pix8, src.C)
		return
	}
	n, rng := 1, NewRand(b.key)
	if b.PerChannel {
		n = src.C
	}
	var t table
	for range n {
		f := drawReal(rng, b.Multiplier)
		t = append(t, tableOf(func(v float64) float64 { return f * v })...)
	}
	t.stroke(dst, src)
}

// each multiplies in fixed point, with 16 bits behind the point and 16 random bits.
func (b factors) each(dst, src []uint8, c int) {
	low, span := int64(b.Multiplier[0]*65536), int64((b.Multiplier[1]-b.Multiplier[0])*65536)
	step := c
	if b.PerChannel {
		step = 1
	}
	var bits uint64
	for i, at := 0, 0; i < len(src); i, at = i+step, at+1 {
		if at&3 == 0 {
			bits = random.At(b.key, at>>2)
		}
		f := low + span*int64(uint16(bits))>>16
		bits >>= 16
		for k := i; k < i+step; k++ {
			dst[k] = uint8(min(int64(src[k])*f>>16, 255))
		}
	}
}
