package augment

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

// RandomAffine scales, turns, shears and shifts about the centre, in that order (Albumentations: Affine). It keeps the
// picture's size, or shows all of it. Pixels from outside the picture show the border.
type RandomAffine struct {
	Scale            Axes  `yaml:"scale"`             // 2 doubles; drawn for each axis unless KeepRatio
	TranslatePercent Axes  `yaml:"translate_percent"` // 0.1 is a tenth of a side
	TranslatePx      Axes  `yaml:"translate_px"`      // whole pixels
	Rotate           Range `yaml:"rotate"`            // degrees, counterclockwise as seen
	Shear            Axes  `yaml:"shear"`             // degrees
	KeepRatio        bool  `yaml:"keep_ratio"`
	BalancedScale    bool  `yaml:"balanced_scale"` // enlarge as often as shrink
	FitOutput        bool  `yaml:"fit_output"`     // the output takes the size that shows all
	Outside          `yaml:",inline"`
	P                float64 `yaml:"p"`
}

// Chance returns P.
func (t RandomAffine) Chance() float64 { return t.P }

// Draw tosses a coin, then draws scale, shift, angle and shear.
func (t RandomAffine) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws scale, shift, angle and shear. The op is a Geometric and an Inverter.
func (t RandomAffine) Always(rng *rand.Rand, h, w int) Op {
	var m motion
	m.sx, m.sy = t.scale(rng, t.Scale.X), t.scale(rng, t.Scale.Y)
	if t.KeepRatio {
		m.sy = m.sx
	}
	m.dx = float64(t.TranslatePercent.X.draw(rng)*float64(w)) + math.Round(t.TranslatePx.X.draw(rng))
	m.dy = float64(t.TranslatePercent.Y.draw(rng)*float64(h)) + math.Round(t.TranslatePx.Y.draw(rng))
	m.angle = t.Rotate.draw(rng)
	m.shearX, m.shearY = t.Shear.X.draw(rng), t.Shear.Y.draw(rng)
	a := m.forward(h, w)
	f := frame{h, w, h, w}
	if t.FitOutput {
		x0, y0, x1, y1 := bounds(a, h, w)
		f.outH, f.outW = max(1, int(y1-y0)), max(1, int(x1-x0))
		a = Translation(-x0, -y0).Mul(a)
	}
	return warp{f, a.Inverse(), t.border()}
}

// scale draws from a range, or first from which side of 1.
func (t RandomAffine) scale(rng *rand.Rand, r Range) float64 {
	if t.BalancedScale && r[0] < 1 && r[1] > 1 {
		if rng.IntN(2) == 0 {
			r[1] = 1
		} else {
			r[0] = 1
		}
	}
	return r.draw(rng)
}

// Validate checks that scales are positive, that a picture is not sheared flat, and that P is a probability.
func (t RandomAffine) Validate() error {
	if low := min(t.Scale.X[0], t.Scale.Y[0]); !(low > 0) {
		return fmt.Errorf("scale: must be above 0, not %v", low)
	}
	if t.TranslatePercent != (Axes{}) && t.TranslatePx != (Axes{}) {
		return errors.New("translate_percent and translate_px exclude each other")
	}
	if t.KeepRatio && t.Scale.X != t.Scale.Y {
		return errors.New("keep_ratio: wants one scale for x and y")
	}
	for _, s := range []Range{t.Shear.X, t.Shear.Y} {
		if !(s[0] > -45 && s[1] < 45) {
			return fmt.Errorf("shear: must lie between -45 and 45 degrees, not %v", s)
		}
	}
	return errors.Join(t.check(), checkChance(t.P))
}

func (t RandomAffine) bind(channels, ignore int) (_ Transform, err error) {
	t.Outside, err = t.bound("Affine", channels, ignore)
	return t, err
}

// A motion of the plane: scales, an angle and shears in degrees, and a shift, in this order.
type motion struct{ sx, sy, angle, shearX, shearY, dx, dy float64 }

// forward returns the map from input to output positions of an h×w picture, about its centre.
func (m motion) forward(h, w int) Affine {
	sin, cos := sincos(m.angle)
	sx, cx := sincos(-m.shearX)
	sy, cy := sincos(-m.shearY)
	x, y := float64(w)/2, float64(h)/2
	return Translation(float64(x)+float64(m.dx), float64(y)+float64(m.dy)).
		Mul(Affine{XX: 1, XY: sx / cx, YX: sy / cy, YY: 1}).
		Mul(Affine{XX: cos, XY: sin, YX: -sin, YY: cos}).
		Mul(Scaling(m.sx, m.sy)).
		Mul(Translation(-x, -y))
}

// bounds returns the whole pixels that a map takes the corners of an h×w picture to.
func bounds(m Affine, h, w int) (x0, y0, x1, y1 float64) {
	x0, y0 = math.Inf(1), math.Inf(1)
	x1, y1 = -x0, -y0
	for _, corner := range [][2]float64{{0, 0}, {float64(w), 0}, {0, float64(h)}, {float64(w), float64(h)}} {
		x, y := m.At(corner[0], corner[1])
		x0, x1, y0, y1 = min(x0, x), max(x1, x), min(y0, y), max(y1, y)
	}
	const tiny = 1e-9 // of rounding, which makes no pixel
	return math.Floor(x0 + tiny), math.Floor(y0 + tiny), math.Ceil(x1 - tiny), math.Ceil(y1 - tiny)
}

// sincos returns sine and cosine of an angle in degrees, exact at multiples of 90 and the same bits on every
// processor, which math.Sincos does not promise. The series of at most 45 degrees is cut where its terms fall
// below 2⁻⁵³.
func sincos(degrees float64) (sin, cos float64) {
	quarter := math.Floor(degrees/90 + 0.5)
	x := (degrees - float64(quarter*90)) * (math.Pi / 180)
	term := 1.0
	for n := 1.0; n <= 18; n += 2 {
		cos += term
		term = term * x / n
		sin += term
		term = -term * x / (n + 1)
	}
	switch int(quarter) & 3 {
	case 1:
		return cos, -sin
	case 2:
		return -sin, -cos
	case 3:
		return -cos, sin
	}
	return sin, cos
}
