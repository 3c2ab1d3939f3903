package augment

import (
	"math/rand/v2"

	"tessera/kernels"
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
		order3(dst, src, [3]uint8{uint8(order[0]), uint8(order[1]), uint8(order[2])}, 0)
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

// order3 shows in channel k what channel order[k] of three shows, or fill where that is 3.
func order3(dst, src *raster.Image, order [3]uint8, fill uint8) {
	for i := 0; i < len(src.Pix8); i += strip3 {
		j := min(i+strip3, len(src.Pix8))
		kernels.ByteOrder3(order, fill, src.Pix8[i:j], dst.Pix8[i:j])
	}
}
