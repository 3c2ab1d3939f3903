package augment

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Range is an interval [low, high] that a number is drawn from, evenly. In YAML a single number is the range
// that holds nothing else.
type Range [2]float64

// UnmarshalYAML reads a number or a list of two.
func (r *Range) UnmarshalYAML(decode func(any) error) error {
	var one float64
	if decode(&one) == nil {
		*r = Range{one, one}
		return nil
	}
	var both []float64
	if err := decode(&both); err != nil {
		return err
	}
	if len(both) != 2 || !(both[0] <= both[1]) {
		return fmt.Errorf("a range is a number or [low, high], not %v", both)
	}
	*r = Range(both)
	return nil
}

func (r Range) draw(rng *rand.Rand) float64 { return r[0] + float64((r[1]-r[0])*rng.Float64()) }

// RandomAffine scales, turns and shifts about the centre, in that order, and keeps the picture's size
// (Albumentations: Affine, without its shear). Pixels from outside the picture show the border.
type RandomAffine struct {
	Scale            Range   `yaml:"scale"`             // 2 doubles; for each axis unless KeepRatio
	TranslatePercent Range   `yaml:"translate_percent"` // 0.1 is a tenth of a side; for each axis
	Rotate           Range   `yaml:"rotate"`            // degrees, clockwise as seen
	KeepRatio        bool    `yaml:"keep_ratio"`
	Fill             Fill    `yaml:"fill"`
	FillMask         *uint8  `yaml:"fill_mask"` // left out, it is the ignored class (see Bind)
	P                float64 `yaml:"p"`
}

// Chance returns P.
func (t RandomAffine) Chance() float64 { return t.P }

// Draw tosses a coin, then draws scale, shift and angle.
func (t RandomAffine) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws scale, shift and angle. The op is a Geometric and an Inverter.
func (t RandomAffine) Always(rng *rand.Rand, h, w int) Op {
	sx, sy := t.Scale.draw(rng), t.Scale.draw(rng)
	if t.KeepRatio {
		sy = sx
	}
	dx, dy := t.TranslatePercent.draw(rng), t.TranslatePercent.draw(rng)
	sin, cos := sincos(t.Rotate.draw(rng))
	cx, cy := float64(w)/2, float64(h)/2
	m := Translation(cx, cy).
		Mul(Scaling(1/sx, 1/sy)).
		Mul(Affine{XX: cos, XY: sin, YX: -sin, YY: cos}).
		Mul(Translation(-cx-float64(dx*float64(w)), -cy-float64(dy*float64(h))))
	return warp{frame{h, w, h, w}, m, newBorder(t.Fill, t.FillMask)}
}

// Validate checks that scales are positive and P is a probability.
func (t RandomAffine) Validate() error {
	if !(t.Scale[0] > 0) {
		return fmt.Errorf("scale: must be above 0, not %v", t.Scale[0])
	}
	return checkChance(t.P)
}

func (t RandomAffine) bind(channels, ignore int) (_ Transform, err error) {
	t.FillMask, err = bindFill("Affine", t.Fill, t.FillMask, channels, ignore)
	return t, err
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
