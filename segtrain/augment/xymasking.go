package augment

import (
	"image"
	"math/rand/v2"
)

func init() { register("XYMasking", XYMasking{P: 0.5}) }

// XYMasking fills whole columns and rows (Albumentations: XYMasking; Park et al.: "SpecAugment", Interspeech 2019). NumMasksX bands
// of MaskXLength pixels stand upright, NumMasksY of MaskYLength lie; a single number is the range that holds only it.
type XYMasking struct {
	NumMasksX   IntRange `yaml:"num_masks_x"`
	NumMasksY   IntRange `yaml:"num_masks_y"`
	MaskXLength IntRange `yaml:"mask_x_length"`
	MaskYLength IntRange `yaml:"mask_y_length"`
	Fill        HoleFill `yaml:"fill"`
	FillMask    MaskFill `yaml:"fill_mask"`
	P           float64  `yaml:"p"`
}

// Chance returns P.
func (t XYMasking) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the bands.
func (t XYMasking) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the bands. The op is a Painter.
func (t XYMasking) Always(rng *rand.Rand, h, w int) Op {
	var rects []image.Rectangle
	for range drawInt(rng, t.NumMasksX) {
		n := min(drawInt(rng, t.MaskXLength), w)
		rects = append(rects, box(0, rng.IntN(w-n+1), h, n))
	}
	for range drawInt(rng, t.NumMasksY) {
		n := min(drawInt(rng, t.MaskYLength), h)
		rects = append(rects, box(rng.IntN(h-n+1), 0, n, w))
	}
	return dig(rng, h, w, rects, t.Fill, t.FillMask)
}

// Validate checks the settings.
func (t XYMasking) Validate() error {
	return firstError(checkRange("num_masks_x", t.NumMasksX, 0, 10000),
		checkRange("num_masks_y", t.NumMasksY, 0, 10000),
		checkRange("mask_x_length", t.MaskXLength, 0, 1<<20),
		checkRange("mask_y_length", t.MaskYLength, 0, 1<<20),
		t.Fill.check(),
		checkChance(t.P))
}

func (t XYMasking) bind(channels, ignore int) (Transform, error) {
	err := bindHoles("XYMasking", t.Fill, &t.FillMask, channels, ignore)
	return t, err
}
