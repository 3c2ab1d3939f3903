package augment

import (
	"image"
	"math/rand/v2"
)

func init() {
	register("CoarseDropout", CoarseDropout{NumHolesRange: IntRange{1, 2}, HoleHeightRange: Range{0.1, 0.2}, HoleWidthRange: Range{0.1, 0.2}, P: 0.5})
}

// CoarseDropout, or Cutout, fills some rectangles (Albumentations: CoarseDropout; DeVries and Taylor: "Improved Regularization
// of Convolutional Neural Networks with Cutout", 2017). Sizes are shares of the picture; where an upper end is 1 or more, they are
// pixels. The mask stays as it is unless FillMask says otherwise.
type CoarseDropout struct {
	NumHolesRange   IntRange `yaml:"num_holes_range"`
	HoleHeightRange Range    `yaml:"hole_height_range"`
	HoleWidthRange  Range    `yaml:"hole_width_range"`
	Fill            HoleFill `yaml:"fill"`
	FillMask        MaskFill `yaml:"fill_mask"`
	P               float64  `yaml:"p"`
}

// Chance returns P.
func (t CoarseDropout) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the rectangles.
func (t CoarseDropout) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the rectangles. The op is a Painter.
func (t CoarseDropout) Always(rng *rand.Rand, h, w int) Op {
	var rects []image.Rectangle
	for range drawInt(rng, t.NumHolesRange) {
		hh, hw := drawSide(rng, t.HoleHeightRange, h), drawSide(rng, t.HoleWidthRange, w)
		rects = append(rects, box(rng.IntN(h-hh+1), rng.IntN(w-hw+1), hh, hw))
	}
	return dig(rng, h, w, rects, t.Fill, t.FillMask)
}

// Validate checks the settings.
func (t CoarseDropout) Validate() error {
	return firstError(checkRange("num_holes_range", t.NumHolesRange, 1, 10000),
		checkRange("hole_height_range", t.HoleHeightRange, 0, 1<<20),
		checkRange("hole_width_range", t.HoleWidthRange, 0, 1<<20),
		t.Fill.check(),
		checkChance(t.P))
}

func (t CoarseDropout) bind(channels, ignore int) (Transform, error) {
	err := bindHoles("CoarseDropout", t.Fill, &t.FillMask, channels, ignore)
	return t, err
}

// drawSide returns a length in pixels, at most all: a share of it, or a number of pixels where the range ends at 1 or
// more.
func drawSide(rng *rand.Rand, r Range, all int) int {
	if r[1] >= 1 {
		low := min(int(r[0]), all)
		return low + rng.IntN(min(int(r[1]), all)-low+1)
	}
	return int(float64(all) * drawReal(rng, r))
}
