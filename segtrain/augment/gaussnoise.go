package augment

import (
	"math/rand/v2"

	"tessera/internal/random"
	"tessera/segtrain/raster"
)

func init() {
	register("GaussNoise", GaussNoise{StdRange: Range{0.0124, 0.0277}, PerChannel: true, P: 0.5})
}

// GaussNoise adds normally distributed numbers to each sample, or to all channels of a pixel alike (Albumentations: GaussNoise,
// without noise_scale_factor). Both ranges are shares of white. The default of StdRange is that of Albumentations before 2.0, a
// standard deviation of 3.2 to 7.1 of 255; the one of 2.0.8, [0.2, 0.44], leaves little of a picture.
type GaussNoise struct {
	StdRange   Range   `yaml:"std_range"`
	MeanRange  Range   `yaml:"mean_range"`
	PerChannel bool    `yaml:"per_channel"`
	P          float64 `yaml:"p"`
}

// Chance returns P.
func (t GaussNoise) Chance() float64 { return t.P }

// Draw tosses a coin, then draws standard deviation, mean and the key of the noise.
func (t GaussNoise) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws standard deviation, mean and the key of the noise. The op is a Painter.
func (t GaussNoise) Always(rng *rand.Rand, h, w int) Op {
	return paint(h, w, gaussNoise{rng.Uint64(), drawReal(rng, t.StdRange), drawReal(rng, t.MeanRange), t.PerChannel})
}

// Validate checks the settings.
func (t GaussNoise) Validate() error {
	return firstError(checkRange("std_range", t.StdRange, 0, 1),
		checkRange("mean_range", t.MeanRange, -1, 1),
		checkChance(t.P))
}

type gaussNoise struct {
	key        uint64
	std, mean  float64
	perChannel bool
}

func (b gaussNoise) stroke(dst, src *raster.Image) {
	var noise [4096]int16
	for i, n := range normalTable {
		noise[i] = int16(roundEven(float64(float64(n)*b.std*255/4096) + float64(b.mean*255)))
	}
	step := 1
	if !b.perChannel {
		step = src.C
	}
	var bits uint64
	for i, at := 0, 0; i < len(src.Pix8); i, at = i+step, at+1 {
		if at&3 == 0 {
			bits = random.At(b.key, at>>2)
		}
		n := int(noise[bits&4095])
		bits >>= 16
		for k := i; k < i+step; k++ {
			dst.Pix8[k] = uint8(min(max(int(src.Pix8[k])+n, 0), 255))
		}
	}
}
