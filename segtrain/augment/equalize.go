package augment

import (
	"math/rand/v2"

	"tessera/segtrain/raster"
)

func init() { register("Equalize", Equalize{Mode: "cv", ByChannels: true, P: 0.5}) }

// Equalize spreads the values of each channel evenly (Albumentations: Equalize, without its mask). Mode cv divides as OpenCV
// does, pil as Pillow. With ByChannels false, the luma of pictures of three channels is spread.
type Equalize struct {
	Mode       string  `yaml:"mode"`
	ByChannels bool    `yaml:"by_channels"`
	P          float64 `yaml:"p"`
}

// Chance returns P.
func (t Equalize) Chance() float64 { return t.P }

// Draw tosses a coin.
func (t Equalize) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always needs no random numbers: rng may be nil. The op is a Painter.
func (t Equalize) Always(_ *rand.Rand, h, w int) Op {
	return paint(h, w, equalize{t.Mode == "pil", t.ByChannels})
}

// Validate checks the settings.
func (t Equalize) Validate() error {
	return firstError(checkOneOf("mode", t.Mode, "cv", "pil"),
		checkChance(t.P))
}

func (t Equalize) bind(channels, _ int) (Transform, error) {
	if t.ByChannels {
		return t, nil
	}
	return t, needChannels("Equalize: by_channels: false", channels, 1, 3)
}

type equalize struct{ pil, byChannels bool }

func (b equalize) stroke(dst, src *raster.Image) {
	if !b.byChannels && src.C == 3 {
		b.luma(dst, src)
		return
	}
	var t table
	for c := range src.C {
		t = append(t, b.table(countValues(src, c)))
	}
	t.stroke(dst, src)
}

func (b equalize) table(count [256]int) [256]uint8 {
	first, last, total := -1, 0, 0
	for v, n := range count {
		if n > 0 {
			last = v
			if first < 0 {
				first = v
			}
		}
		total += n
	}
	step := (total - count[last]) / 255
	if first == last || b.pil && step == 0 {
		return identity[0]
	}
	var t [256]uint8
	sum := 0
	for v, n := range count {
		sum += n
		if b.pil {
			t[v] = uint8(min((sum+step/2)/step, 255))
		} else {
			t[v] = uint8(roundEven(max(float64(sum-count[first])*255/float64(total-count[first]), 0)))
		}
	}
	return t
}

// luma replaces the luma of each pixel and keeps its differences to red and blue.
func (b equalize) luma(dst, src *raster.Image) {
	luma := canvas(src.H, src.W, 1)
	defer canvases.Put(luma)
	for i := range luma.Pix8 {
		luma.Pix8[i] = greyOf(src.Pix8[3*i], src.Pix8[3*i+1], src.Pix8[3*i+2])
	}
	t := b.table(countValues(luma, 0))
	for i, y := range luma.Pix8 {
		up := int(t[y]) - int(y)
		for k := 3 * i; k < 3*i+3; k++ {
			dst.Pix8[k] = uint8(min(max(int(src.Pix8[k])+up, 0), 255))
		}
	}
}
