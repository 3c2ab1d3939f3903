package augment

import (
	"math/rand/v2"

	"tessera/segtrain/raster"
)

func init() { register("RandomToneCurve", RandomToneCurve{Scale: 0.1, P: 0.5}) }

// RandomToneCurve moves samples along a Bézier curve whose two middle points are normally distributed about ¼ and ¾
// (Albumentations: RandomToneCurve).
type RandomToneCurve struct {
	Scale      float64 `yaml:"scale"` // standard deviation
	PerChannel bool    `yaml:"per_channel"`
	P          float64 `yaml:"p"`
}

// Chance returns P.
func (t RandomToneCurve) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the curve.
func (t RandomToneCurve) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the key of the curves, of which a picture takes as many as it has channels. The op is a Painter.
func (t RandomToneCurve) Always(rng *rand.Rand, h, w int) Op {
	return paint(h, w, toneCurves{rng.Uint64(), t.Scale, t.PerChannel})
}

// Validate checks the settings.
func (t RandomToneCurve) Validate() error {
	return firstError(checkReal("scale", t.Scale, 0, 1),
		checkChance(t.P))
}

type toneCurves struct {
	key        uint64
	scale      float64
	perChannel bool
}

func (b toneCurves) stroke(dst, src *raster.Image) {
	rng := NewRand(b.key)
	n := 1
	if b.perChannel {
		n = src.C
	}
	var t table
	for range n {
		low := min(max(0.25+float64(b.scale*gaussian(rng)), 0), 1)
		high := min(max(0.75+float64(b.scale*gaussian(rng)), 0), 1)
		t = append(t, toneCurve(low, high)...)
	}
	t.stroke(dst, src)
}

// toneCurve is the table of 3(1−x)²x·low + 3(1−x)x²·high + x³.
func toneCurve(low, high float64) table {
	return tableOf(func(v float64) float64 {
		x := v / 255
		y := 1 - x
		a, b, c := float64(3*y*y*x*low), float64(3*y*x*x*high), float64(x*x*x)
		return roundEven((a + b + c) * 255)
	})
}
