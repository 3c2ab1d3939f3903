package augment

import (
	"errors"
	"math/rand/v2"

	"tessera/internal/random"
	"tessera/kernels"
	"tessera/segtrain/raster"
)

func init() { register("PixelDropout", PixelDropout{DropoutProb: 0.01, DropValue: &Fill{0}, P: 0.5}) }

// PixelDropout fills single pixels, or samples (PerChannel), each with the same chance (Albumentations: PixelDropout). DropValue
// null is a random colour, MaskDropValue the class of those pixels; Albumentations fills other pixels of the mask than of the
// picture, this fills the same.
type PixelDropout struct {
	DropoutProb   float64  `yaml:"dropout_prob"`
	PerChannel    bool     `yaml:"per_channel"`
	DropValue     *Fill    `yaml:"drop_value"` // 0 black, 1 white
	MaskDropValue MaskFill `yaml:"mask_drop_value"`
	P             float64  `yaml:"p"`
}

// Chance returns P.
func (t PixelDropout) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the key of the pixels.
func (t PixelDropout) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the key of the pixels. The op is a Painter.
func (t PixelDropout) Always(rng *rand.Rand, h, w int) Op {
	return paint(h, w, pixelDropout{rng.Uint64(), t})
}

// Validate checks the settings.
func (t PixelDropout) Validate() error {
	return firstError(checkReal("dropout_prob", t.DropoutProb, 0, 1),
		t.checkValue(),
		checkChance(t.P))
}

func (t PixelDropout) checkValue() error {
	if t.PerChannel && t.MaskDropValue != (MaskFill{}) {
		return errors.New("mask_drop_value: must be null with per_channel, which drops no whole pixels")
	}
	if t.DropValue == nil {
		return nil
	}
	return HoleFill{Fill: *t.DropValue}.check()
}

func (t PixelDropout) bind(channels, ignore int) (Transform, error) {
	var fill HoleFill
	if t.DropValue != nil {
		fill.Fill = *t.DropValue
	}
	err := bindHoles("PixelDropout", fill, &t.MaskDropValue, channels, ignore)
	return t, err
}

type pixelDropout struct {
	key uint64
	PixelDropout
}

func (b pixelDropout) stroke(dst, src *raster.Image) {
	copyImage(dst, src)
	value := make([]uint8, src.C)
	if b.DropValue != nil {
		value = b.DropValue.bytes(src.C)
	} else {
		for c := range value {
			value[c] = uint8(random.At(^b.key, c))
		}
	}
	c := src.C
	if b.PerChannel {
		scatter(b.key, b.DropoutProb, len(dst.Pix8), func(i int) { dst.Pix8[i] = value[i%c] })
		return
	}
	scatter(b.key, b.DropoutProb, src.H*src.W, func(i int) { copy(dst.Pix8[i*c:][:c], value) })
}

// mark fills the pixels that stroke fills.
func (b pixelDropout) mark(dst, src *raster.Mask) {
	if &dst.Pix[0] != &src.Pix[0] {
		copy(dst.Pix, src.Pix)
	}
	if class := b.MaskDropValue.class; class != nil {
		scatter(b.key, b.DropoutProb, len(dst.Pix), func(i int) { dst.Pix[i] = *class })
	}
}

// scatter calls f with each of n indices with probability p, in order: the gaps between them are geometrically
// distributed.
func scatter(key uint64, p float64, n int, f func(i int)) {
	if p <= 0 {
		return
	}
	if p >= 1 {
		for i := range n {
			f(i)
		}
		return
	}
	each := 1 / kernels.Log64(1-p)
	for i, k := -1, 0; ; k++ {
		gap := kernels.Log64(1-float64(uniform(key, k))) * each
		if !(gap < float64(n-i)) {
			return
		}
		i += 1 + int(gap)
		if i >= n {
			return
		}
		f(i)
	}
}
