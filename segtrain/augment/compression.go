package augment

import (
	"math/rand/v2"

	"tessera/segtrain/raster"
)

func init() {
	register("ImageCompression", ImageCompression{CompressionType: "jpeg", QualityRange: IntRange{60, 100}, P: 0.5})
}

// ImageCompression shows what JPEG leaves of a picture (Albumentations: ImageCompression, without webp). Three channels are
// red, green and blue, with colours at half the size; others are compressed one by one. No file is made: what JPEG loses, it loses in
// rounding, and the rest need not be done. Rounding is that of this package, the same wherever it runs. Albumentations takes
// red for blue, and its default quality of 99 to 100 leaves everything.
type ImageCompression struct {
	CompressionType string   `yaml:"compression_type"` // jpeg
	QualityRange    IntRange `yaml:"quality_range"`
	P               float64  `yaml:"p"`
}

// Chance returns P.
func (t ImageCompression) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the quality.
func (t ImageCompression) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the quality. The op is a Painter.
func (t ImageCompression) Always(rng *rand.Rand, h, w int) Op {
	return paint(h, w, compression(drawInt(rng, t.QualityRange)))
}

// Validate checks the settings.
func (t ImageCompression) Validate() error {
	return firstError(checkOneOf("compression_type", t.CompressionType, "jpeg"),
		checkRange("quality_range", t.QualityRange, 1, 100),
		checkChance(t.P))
}

// compression is the quality.
type compression int

func (b compression) stroke(dst, src *raster.Image) {
	luma := newQuantiser(&jpegTables[0], int(b))
	first := 0
	if src.C >= 3 {
		colour := newQuantiser(&jpegTables[1], int(b))
		y, cb, cr := jpegPlanes(src)
		y.quantise(luma)
		cb.quantise(colour)
		cr.quantise(colour)
		fromJPEGPlanes(dst, y, cb, cr)
		first = 3
	}
	for c := first; c < src.C; c++ {
		p := channelPlane(src, c)
		p.quantise(luma)
		p.to(dst, c)
	}
}
