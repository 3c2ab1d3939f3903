package augment

import (
	"math/rand/v2"

	"tessera/segtrain/raster"
)

func init() { register("ChannelShuffle", ChannelShuffle{P: 0.5}) }

// ChannelShuffle puts the channels in random order (Albumentations: ChannelShuffle).
type ChannelShuffle struct {
	P float64 `yaml:"p"`
}

// Chance returns P.
func (t ChannelShuffle) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the key of the order.
func (t ChannelShuffle) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the key of the order. The op is a Painter.
func (t ChannelShuffle) Always(rng *rand.Rand, h, w int) Op {
	return paint(h, w, channelOrder(rng.Uint64()))
}

// Validate checks that P is a probability.
func (t ChannelShuffle) Validate() error { return checkChance(t.P) }

type channelOrder uint64

func (b channelOrder) stroke(dst, src *raster.Image) {
	order := NewRand(uint64(b)).Perm(src.C)
	if src.C == 3 {
		shuffle3(dst.Pix8, src.Pix8, order[0], order[1], order[2])
		return
	}
	pixel := make([]uint8, src.C)
	for i := 0; i < len(src.Pix8); i += src.C {
		copy(pixel, src.Pix8[i:])
		for k, from := range order {
			dst.Pix8[i+k] = pixel[from]
		}
	}
}

func shuffle3(dst, src []uint8, a, b, c int) {
	for len(src) >= 3 && len(dst) >= 3 {
		p := [4]uint8{src[0], src[1], src[2]}
		dst[0], dst[1], dst[2] = p[a&3], p[b&3], p[c&3]
		src, dst = src[3:], dst[3:]
	}
}
