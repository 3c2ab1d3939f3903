package augment

import (
	"math/rand/v2"

	"tessera/segtrain/raster"
)

func init() {
	register("SaltAndPepper", SaltAndPepper{Amount: Range{0.01, 0.06}, SaltVsPepper: Range{0.4, 0.6}, P: 0.5})
}

// SaltAndPepper makes single pixels white or black (Albumentations: SaltAndPepper; there Amount is the exact share, here the chance
// of a pixel).
type SaltAndPepper struct {
	Amount       Range   `yaml:"amount"`
	SaltVsPepper Range   `yaml:"salt_vs_pepper"`
	P            float64 `yaml:"p"`
}

// Chance returns P.
func (t SaltAndPepper) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the chances and the key of the pixels.
func (t SaltAndPepper) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the chances and the key of the pixels. The op is a Painter.
func (t SaltAndPepper) Always(rng *rand.Rand, h, w int) Op {
	return paint(h, w, saltAndPepper{rng.Uint64(), drawReal(rng, t.Amount), drawReal(rng, t.SaltVsPepper)})
}

// Validate checks the settings.
func (t SaltAndPepper) Validate() error {
	return firstError(checkRange("amount", t.Amount, 0, 1),
		checkRange("salt_vs_pepper", t.SaltVsPepper, 0, 1),
		checkChance(t.P))
}

type saltAndPepper struct {
	key          uint64
	amount, salt float64
}

func (b saltAndPepper) stroke(dst, src *raster.Image) {
	copyImage(dst, src)
	c := src.C
	scatter(b.key, b.amount, src.H*src.W, func(i int) {
		v := uint8(0)
		if uniform(^b.key, i) < b.salt {
			v = 255
		}
		pixel := dst.Pix8[i*c:][:c]
		for k := range pixel {
			pixel[k] = v
		}
	})
}
