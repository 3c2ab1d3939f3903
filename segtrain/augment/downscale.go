package augment

import (
	"fmt"
	"math"
	"math/rand/v2"

	"tessera/segtrain/raster"
)

func init() {
	register("Downscale", Downscale{ScaleRange: Range{0.25, 0.25}, InterpolationPair: InterpolationPair{"nearest", "nearest"}, P: 0.5})
}

// Downscale makes a picture smaller and stretches it to its size again (Albumentations: Downscale). InterpolationPair names how:
// nearest or linear (there: OpenCV's numbers).
type Downscale struct {
	ScaleRange        Range             `yaml:"scale_range"`
	InterpolationPair InterpolationPair `yaml:"interpolation_pair"`
	P                 float64           `yaml:"p"`
}

// Chance returns P.
func (t Downscale) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the scale.
func (t Downscale) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the scale. The op is a Painter.
func (t Downscale) Always(rng *rand.Rand, h, w int) Op {
	scale := drawReal(rng, t.ScaleRange)
	sh, sw := max(int(roundEven(float64(h)*scale)), 1), max(int(roundEven(float64(w)*scale)), 1)
	return paint(h, w, downscale{sh, sw, 1 / scale, t.InterpolationPair})
}

// Validate checks the settings.
func (t Downscale) Validate() error {
	return firstError(checkRange("scale_range", t.ScaleRange, 0.001, 1),
		checkOneOf("interpolation_pair: downscale", t.InterpolationPair.Downscale, "nearest", "linear"),
		checkOneOf("interpolation_pair: upscale", t.InterpolationPair.Upscale, "nearest", "linear"),
		checkChance(t.P))
}

// InterpolationPair says how to go down and up again.
type InterpolationPair struct {
	Downscale string `yaml:"downscale"`
	Upscale   string `yaml:"upscale"`
}

// String returns how the pair is written in a configuration.
func (p InterpolationPair) String() string {
	return fmt.Sprintf("{downscale: %s, upscale: %s}", p.Downscale, p.Upscale)
}

type downscale struct {
	h, w int
	step float64 // pixels of the picture to one of the small one
	InterpolationPair
}

func (b downscale) stroke(dst, src *raster.Image) {
	small := canvas(b.h, b.w, src.C)
	defer canvases.Put(small)
	resample(small, src, b.step, b.step, b.Downscale == "linear")
	resample(dst, small, float64(b.h)/float64(src.H), float64(b.w)/float64(src.W), b.Upscale == "linear")
}

// resample shows src in dst, dy rows and dx columns of it a pixel; nearest pixels are those OpenCV takes, and linear does not
// filter.
func resample(dst, src *raster.Image, dy, dx float64, linear bool) {
	c := src.C
	if linear {
		resampleLinear(dst, src, dy, dx)
		return
	}
	from := make([]int, dst.W)
	for x := range from {
		from[x] = min(int(float64(x)*dx), src.W-1) * c
	}
	last := -1
	for y := range dst.H {
		row := dst.Pix8[y*dst.W*c:][:dst.W*c]
		sy := min(int(float64(y)*dy), src.H-1)
		if sy == last {
			copy(row, dst.Pix8[(y-1)*dst.W*c:])
			continue
		}
		last = sy
		s := src.Pix8[sy*src.W*c:][:src.W*c]
		for x, at := range from {
			for k := range c {
				row[x*c+k] = s[at+k]
			}
		}
	}
}

func resampleLinear(dst, src *raster.Image, dy, dx float64) {
	c := src.C
	position := func(i, n int, d float64) (lo, hi int, share int32) {
		at := float64((float64(i)+0.5)*d) - 0.5
		floor := math.Floor(at)
		return nearest(int(floor), n), nearest(int(floor)+1, n), whole((at - floor) * 2048)
	}
	for y := range dst.H {
		y0, y1, fy := position(y, src.H, dy)
		top, bottom := src.Pix8[y0*src.W*c:], src.Pix8[y1*src.W*c:]
		for x := range dst.W {
			x0, x1, fx := position(x, src.W, dx)
			for k := range c {
				a := int32(top[x0*c+k])*(2048-fx) + int32(top[x1*c+k])*fx
				b := int32(bottom[x0*c+k])*(2048-fx) + int32(bottom[x1*c+k])*fx
				dst.Pix8[(y*dst.W+x)*c+k] = uint8((int64(a)*int64(2048-fy) + int64(b)*int64(fy) + 1<<21) >> 22)
			}
		}
	}
}
