package augment

import (
	"fmt"
	"math/rand/v2"

	"tessera/segtrain/raster"
)

func init() { register("ChannelDropout", ChannelDropout{ChannelDropRange: IntRange{1, 1}, P: 0.5}) }

// ChannelDropout fills some channels, never all, with one value (Albumentations: ChannelDropout).
type ChannelDropout struct {
	ChannelDropRange IntRange `yaml:"channel_drop_range"`
	Fill             float64  `yaml:"fill"` // 0 black, 1 white
	P                float64  `yaml:"p"`
}

// Chance returns P.
func (t ChannelDropout) Chance() float64 { return t.P }

// Draw tosses a coin, then draws their number and the key of which they are.
func (t ChannelDropout) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws their number and the key of which they are. The op is a Painter.
func (t ChannelDropout) Always(rng *rand.Rand, h, w int) Op {
	return paint(h, w, dropChannels{rng.Uint64(), drawInt(rng, t.ChannelDropRange), uint8(whole(float64(255 * t.Fill)))})
}

// Validate checks the settings.
func (t ChannelDropout) Validate() error {
	return firstError(checkRange("channel_drop_range", t.ChannelDropRange, 1, 1000),
		checkReal("fill", t.Fill, 0, 1),
		checkChance(t.P))
}

func (t ChannelDropout) bind(channels, _ int) (Transform, error) {
	if t.ChannelDropRange[1] >= channels {
		return nil, fmt.Errorf("ChannelDropout: channel_drop_range: %v would drop all of %d channel(s); at most %d may go",
			t.ChannelDropRange, channels, channels-1)
	}
	return t, nil
}

type dropChannels struct {
	key  uint64
	n    int
	fill uint8
}

func (b dropChannels) stroke(dst, src *raster.Image) {
	dropped := NewRand(b.key).Perm(src.C)[:min(b.n, src.C)]
	if src.C == 3 {
		order := [3]uint8{0, 1, 2}
		for _, c := range dropped {
			order[c] = 3
		}
		order3(dst, src, order, b.fill)
		return
	}
	copyImage(dst, src)
	for _, c := range dropped {
		for i := c; i < len(dst.Pix8); i += src.C {
			dst.Pix8[i] = b.fill
		}
	}
}
