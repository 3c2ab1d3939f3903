package augment

import (
	"math/rand/v2"

	"tessera/kernels"
	"tessera/segtrain/raster"
)

func init() { register("ToGray", ToGray{Method: "weighted_average", P: 0.5}) }

// ToGray shows the lightness of each pixel in all channels (Albumentations: ToGray, without its method pca; the number of
// channels stays). weighted_average and from_lab need three channels; desaturation, average and max take any number.
type ToGray struct {
	Method string  `yaml:"method"`
	P      float64 `yaml:"p"`
}

// Chance returns P.
func (t ToGray) Chance() float64 { return t.P }

// Draw tosses a coin.
func (t ToGray) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always needs no random numbers: rng may be nil. The op is a Painter.
func (t ToGray) Always(_ *rand.Rand, h, w int) Op {
	return paint(h, w, grey(t.Method))
}

// Validate checks the settings.
func (t ToGray) Validate() error {
	return firstError(checkOneOf("method", t.Method, "weighted_average", "from_lab", "desaturation", "average", "max"),
		checkChance(t.P))
}

func (t ToGray) bind(channels, _ int) (Transform, error) {
	if t.Method == "weighted_average" || t.Method == "from_lab" {
		return t, needChannels("ToGray: method: "+t.Method, channels, 1, 3)
	}
	return t, nil
}

type grey string

func (b grey) stroke(dst, src *raster.Image) {
	if src.C == 1 {
		copyImage(dst, src)
		return
	}
	if b == "weighted_average" {
		luma := make([]uint8, strip3/3)
		for i := 0; i < len(src.Pix8); i += strip3 {
			j := min(i+strip3, len(src.Pix8))
			kernels.ByteLuma3(src.Pix8[i:j], luma)
			kernels.ByteRepeat3(luma[:(j-i)/3], dst.Pix8[i:j])
		}
		return
	}
	for i := 0; i < len(src.Pix8); i += src.C {
		v := b.of(src.Pix8[i:][:src.C])
		for k := range src.C {
			dst.Pix8[i+k] = v
		}
	}
}

func (b grey) of(pixel []uint8) uint8 {
	low, high, sum := pixel[0], pixel[0], 0
	for _, v := range pixel {
		low, high, sum = min(low, v), max(high, v), sum+int(v)
	}
	switch b {
	case "from_lab":
		var l [1]uint8
		var colours [2]uint8
		toLab(pixel, l[:], colours[:])
		return l[0]
	case "desaturation":
		return uint8((int(low) + int(high)) / 2)
	case "average":
		return uint8(sum / len(pixel))
	}
	return high
}
