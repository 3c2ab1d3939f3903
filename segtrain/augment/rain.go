package augment

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"

	"tessera/kernels"
	"tessera/segtrain/raster"
)

func init() {
	register("RandomRain", RandomRain{SlantRange: Range{-10, 10}, DropWidth: 1, DropColor: [3]uint8{200, 200, 200}, BlurValue: 7, BrightnessCoefficient: 0.7, RainType: "default", P: 0.5})
}

// RandomRain draws slanted lines, blurs them, adds them and darkens the picture (Albumentations: RandomRain). RainType says how many
// there are: default a third of the height, drizzle a quarter, heavy as many as rows, torrential twice that. DropLength null is an
// eighth of the height.
type RandomRain struct {
	SlantRange            Range    `yaml:"slant_range"` // pixels that a drop moves to the side
	DropLength            *int     `yaml:"drop_length"`
	DropWidth             int      `yaml:"drop_width"`
	DropColor             [3]uint8 `yaml:"drop_color"`
	BlurValue             int      `yaml:"blur_value"`
	BrightnessCoefficient float64  `yaml:"brightness_coefficient"`
	RainType              string   `yaml:"rain_type"`
	P                     float64  `yaml:"p"`
}

// Chance returns P.
func (t RandomRain) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the drops.
func (t RandomRain) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the drops. The op is a Painter.
func (t RandomRain) Always(rng *rand.Rand, h, w int) Op {
	n := map[string]int{"default": h / 3, "drizzle": h / 4, "heavy": h, "torrential": 2 * h}[t.RainType]
	length := max(1, h/8)
	if t.DropLength != nil {
		length = min(*t.DropLength, h)
	}
	r := rain{RandomRain: t, slant: drawReal(rng, t.SlantRange), length: length}
	for range n {
		r.drops = append(r.drops, image.Pt(rng.IntN(w), rng.IntN(max(h-length, 1))))
	}
	return paint(h, w, r)
}

// Validate checks the settings.
func (t RandomRain) Validate() error {
	return firstError(checkRange("slant_range", t.SlantRange, -20, 20),
		t.checkLength(),
		checkReal("drop_width", t.DropWidth, 1, 100),
		checkReal("blur_value", t.BlurValue, 1, maxKernel),
		checkOdd("blur_value", t.BlurValue),
		checkReal("brightness_coefficient", t.BrightnessCoefficient, 0.001, 1),
		checkOneOf("rain_type", t.RainType, "default", "drizzle", "heavy", "torrential"),
		checkChance(t.P))
}

func (t RandomRain) bind(channels, _ int) (Transform, error) {
	return t, needChannels("RandomRain", channels, 1, 3)
}

func (t RandomRain) checkLength() error {
	if t.DropLength == nil {
		return nil
	}
	return checkReal("drop_length", *t.DropLength, 1, 1<<20)
}

func checkOdd(key string, v int) error {
	if v%2 == 0 {
		return fmt.Errorf("%s: must be an odd number, not %d", key, v)
	}
	return nil
}

type rain struct {
	RandomRain
	slant  float64
	length int
	drops  []image.Point
}

func (b rain) stroke(dst, src *raster.Image) {
	layer := canvas(src.H, src.W, src.C)
	defer canvases.Put(layer)
	clear(layer.Pix8)
	for _, p := range b.drops {
		b.line(layer, p)
	}
	if b.BlurValue > 1 {
		boxFilter(b.BlurValue).stroke(layer, layer)
	}
	dark := tableOf(func(v float64) float64 { return roundEven(v * b.BrightnessCoefficient) })
	for i := 0; i < len(src.Pix8); i += strip {
		j := min(i+strip, len(src.Pix8))
		kernels.ByteAdd(src.Pix8[i:j], layer.Pix8[i:j])
	}
	dark.stroke(dst, layer)
}

// line draws a drop, one pixel a row and DropWidth wide.
func (b rain) line(layer *raster.Image, from image.Point) {
	for i := range b.length + 1 {
		y, x := from.Y+i, from.X+int(math.Floor(float64(b.slant*float64(i)/float64(b.length))+0.5))
		left := x - (b.DropWidth-1)/2
		for at := max(left, 0); y < layer.H && at < min(left+b.DropWidth, layer.W); at++ {
			for k := range layer.C {
				layer.Pix8[(y*layer.W+at)*layer.C+k] = b.DropColor[k]
			}
		}
	}
}
