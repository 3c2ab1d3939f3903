package augment

import (
	"math/rand/v2"

	"tessera/kernels"
	"tessera/segtrain/raster"
)

func init() { register("MedianBlur", MedianBlur{BlurLimit: KernelSize{3, 7}, P: 0.5}) }

// MedianBlur takes the median of a square window; beyond its edges the picture goes on with its outermost pixels
// (Albumentations: MedianBlur, without its sizes above 7).
type MedianBlur struct {
	BlurLimit KernelSize `yaml:"blur_limit"`
	P         float64    `yaml:"p"`
}

// Chance returns P.
func (t MedianBlur) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the size of the window.
func (t MedianBlur) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the size of the window. The op is a Painter.
func (t MedianBlur) Always(rng *rand.Rand, h, w int) Op {
	return paint(h, w, medians(drawSize(rng, t.BlurLimit)))
}

// Validate checks the settings.
func (t MedianBlur) Validate() error {
	return firstError(checkRange("blur_limit", t.BlurLimit, 3, 7),
		checkKernel("blur_limit", t.BlurLimit),
		checkChance(t.P))
}

// medians is the size of the window.
type medians int

func (b medians) stroke(dst, src *raster.Image) {
	k := int(b)
	ring := newRing(src, k/2, k/2, nearest)
	rows, scratch, n := make([][]uint8, k), make([]uint8, kernels.ByteMedianScratch), src.W*src.C
	for y := range src.H {
		for ring.next <= min(y+k/2, src.H-1) {
			ring.load()
		}
		for i := range rows {
			rows[i] = ring.row(y + i - k/2)
		}
		kernels.ByteMedian(src.C, rows, scratch, dst.Pix8[y*n:][:n])
	}
}
