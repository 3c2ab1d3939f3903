package augment

import (
	"math"
	"math/rand/v2"

	"tessera/segtrain/raster"
)

func init() {
	register("ColorJitter", ColorJitter{Brightness: Factor{0.8, 1.2}, Contrast: Factor{0.8, 1.2}, Saturation: Factor{0.8, 1.2}, Hue: Symmetric{-0.5, 0.5}, P: 0.5})
}

// ColorJitter changes brightness, contrast, saturation and hue by factors, in random order (Albumentations and torchvision:
// ColorJitter). Hue is a share of the circle: its default turns colours all the way, 0.1 keeps what things are. Of pictures
// of one channel, brightness and contrast change.
type ColorJitter struct {
	Brightness Factor    `yaml:"brightness"`
	Contrast   Factor    `yaml:"contrast"`
	Saturation Factor    `yaml:"saturation"`
	Hue        Symmetric `yaml:"hue"`
	P          float64   `yaml:"p"`
}

// Chance returns P.
func (t ColorJitter) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the factors and their order.
func (t ColorJitter) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the factors and their order. The op is a Painter.
func (t ColorJitter) Always(rng *rand.Rand, h, w int) Op {
	b, c := drawReal(rng, t.Brightness), drawReal(rng, t.Contrast)
	s, hue := drawReal(rng, t.Saturation), drawReal(rng, t.Hue)
	steps := []brush{}
	if b != 1 {
		steps = append(steps, tableOf(func(v float64) float64 { return b * v }))
	}
	if c != 1 {
		steps = append(steps, aboutMean(c))
	}
	if s != 1 {
		steps = append(steps, greyBlend(s))
	}
	if hue != 0 {
		steps = append(steps, hsvShift{turnHue(180 * hue), identity, identity})
	}
	rng.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
	return paint(h, w, steps...)
}

// Validate checks the settings.
func (t ColorJitter) Validate() error {
	return firstError(checkRange("brightness", t.Brightness, 0, 255),
		checkRange("contrast", t.Contrast, 0, 255),
		checkRange("saturation", t.Saturation, 0, 255),
		checkRange("hue", t.Hue, -0.5, 0.5),
		checkChance(t.P))
}

func (t ColorJitter) bind(channels, _ int) (Transform, error) {
	return t, needChannels("ColorJitter", channels, 1, 3)
}

// aboutMean multiplies what differs from the mean luma.
type aboutMean float64

func (f aboutMean) stroke(dst, src *raster.Image) {
	contrast(float64(f), float64(greyMean(src)*(1-float64(f))), false).stroke(dst, src)
}

// greyBlend multiplies what differs from the luma of a pixel.
type greyBlend float64

func (f greyBlend) stroke(dst, src *raster.Image) {
	if src.C != 3 {
		copyImage(dst, src)
		return
	}
	var own, other [256]int32 // with 16 bits behind the point
	for v := range own {
		own[v] = int32(math.Floor(float64(float64(v)*float64(f)*65536) + 0.5))
		other[v] = int32(v)<<16 - own[v] + 1<<15
	}
	d, s := dst.Pix8, src.Pix8
	for len(s) >= 3 && len(d) >= 3 {
		rest := other[greyOf(s[0], s[1], s[2])]
		d[0] = uint8(min(max((own[s[0]]+rest)>>16, 0), 255))
		d[1] = uint8(min(max((own[s[1]]+rest)>>16, 0), 255))
		d[2] = uint8(min(max((own[s[2]]+rest)>>16, 0), 255))
		s, d = s[3:], d[3:]
	}
}
