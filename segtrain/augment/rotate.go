package augment

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

func init() {
	usual := Outside{BorderMode: "constant"}
	register("Rotate", Rotate{Limit: Symmetric{-90, 90}, Outside: usual, P: 0.5})
	register("SafeRotate", SafeRotate{Limit: Symmetric{-90, 90}, Outside: usual, P: 0.5})
	register("ShiftScaleRotate", ShiftScaleRotate{ShiftLimit: Symmetric{-0.0625, 0.0625}, ScaleLimit: Symmetric{-0.1, 0.1},
		RotateLimit: Symmetric{-45, 45}, Outside: usual, P: 0.5})
}

// Rotate turns about the centre by an angle out of Limit, counterclockwise as seen, with probability P (Albumentations:
// Rotate). CropBorder cuts out the largest upright box without border, which changes the size.
type Rotate struct {
	Limit      Symmetric `yaml:"limit"` // degrees
	CropBorder bool      `yaml:"crop_border"`
	Outside    `yaml:",inline"`
	P          float64 `yaml:"p"`
}

// Chance returns P.
func (t Rotate) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the angle.
func (t Rotate) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the angle.
func (t Rotate) Always(rng *rand.Rand, h, w int) Op {
	angle := drawReal(rng, t.Limit)
	op := warp{frame{h, w, h, w}, motion{sx: 1, sy: 1, angle: angle}.forward(h, w).Inverse(), t.border()}
	if !t.CropBorder {
		return op
	}
	bh, bw := boxWithin(h, w, angle)
	y, x, up, aside := float64(float64(h)/2), float64(float64(w)/2), float64(bh/2), float64(bw/2)
	top, left, bottom, right := int(y-up), int(x-aside), int(y+up), int(x+aside)
	return Fuse(h, w, op, window(h, w, top, left, max(bottom-top, 1), max(right-left, 1)))
}

// Validate checks the border and P.
func (t Rotate) Validate() error { return errors.Join(t.check(), checkChance(t.P)) }

func (t Rotate) bind(channels, ignore int) (_ Transform, err error) {
	t.Outside, err = t.bound("Rotate", channels, ignore)
	return t, err
}

// boxWithin returns the size of the largest upright box within an h×w picture that was turned.
func boxWithin(h, w int, degrees float64) (bh, bw float64) {
	sin, cos := sincos(degrees)
	sin, cos = math.Abs(sin), math.Abs(cos)
	long, short := float64(max(h, w)), float64(min(h, w))
	var x, y float64 // its longer side, along that of the picture, and its shorter one
	if double := float64(cos*cos) - float64(sin*sin); short <= float64(2*sin*cos*long) || math.Abs(double) < 1e-10 {
		x, y = short/2/sin, short/2/cos
	} else {
		x, y = (float64(long*cos)-float64(short*sin))/double, (float64(short*cos)-float64(long*sin))/double
	}
	if h > w {
		x, y = y, x
	}
	return min(y, float64(h)), min(x, float64(w))
}

// SafeRotate turns like Rotate and then shrinks the picture to what it was, so that all of it is shown (Albumentations:
// SafeRotate, without its shift by half a pixel). Proportions change unless the picture is square.
type SafeRotate struct {
	Limit   Symmetric `yaml:"limit"` // degrees
	Outside `yaml:",inline"`
	P       float64 `yaml:"p"`
}

// Chance returns P.
func (t SafeRotate) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the angle.
func (t SafeRotate) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the angle.
func (t SafeRotate) Always(rng *rand.Rand, h, w int) Op {
	angle := drawReal(rng, t.Limit)
	sin, cos := sincos(angle)
	sin, cos = math.Abs(sin), math.Abs(cos)
	fh, fw := float64(h), float64(w)
	allW := math.Floor(float64(fh*sin) + float64(fw*cos) + 1e-9)
	allH := math.Floor(float64(fh*cos) + float64(fw*sin) + 1e-9)
	turn := motion{sx: 1, sy: 1, angle: angle}.forward(h, w)
	m := Scaling(fw/allW, fh/allH).Mul(Translation((allW-fw)/2, (allH-fh)/2)).Mul(turn)
	return warp{frame{h, w, h, w}, m.Inverse(), t.border()}
}

// Validate checks the border and P.
func (t SafeRotate) Validate() error { return errors.Join(t.check(), checkChance(t.P)) }

func (t SafeRotate) bind(channels, ignore int) (_ Transform, err error) {
	t.Outside, err = t.bound("SafeRotate", channels, ignore)
	return t, err
}

// ShiftScaleRotate is the usual special case of Affine (Albumentations: ShiftScaleRotate; but one scale serves both
// axes, as it did until 1.4).
type ShiftScaleRotate struct {
	ShiftLimit  Symmetric  `yaml:"shift_limit"`   // parts of a side
	ScaleLimit  Symmetric  `yaml:"scale_limit"`   // added to 1
	RotateLimit Symmetric  `yaml:"rotate_limit"`  // degrees, counterclockwise as seen
	ShiftLimitX *Symmetric `yaml:"shift_limit_x"` // in the place of ShiftLimit
	ShiftLimitY *Symmetric `yaml:"shift_limit_y"`
	Outside     `yaml:",inline"`
	P           float64 `yaml:"p"`
}

// Chance returns P.
func (t ShiftScaleRotate) Chance() float64 { return t.P }

// Draw tosses a coin, then draws scale, angle and shift.
func (t ShiftScaleRotate) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws scale, angle and shift.
func (t ShiftScaleRotate) Always(rng *rand.Rand, h, w int) Op {
	x, y := t.shifts()
	scale := 1 + drawReal(rng, t.ScaleLimit)
	m := motion{sx: scale, sy: scale, angle: drawReal(rng, t.RotateLimit)}
	m.dx, m.dy = float64(w)*x.draw(rng), float64(h)*y.draw(rng)
	return warp{frame{h, w, h, w}, m.forward(h, w).Inverse(), t.border()}
}

func (t ShiftScaleRotate) shifts() (x, y Range) {
	x, y = Range(t.ShiftLimit), Range(t.ShiftLimit)
	if t.ShiftLimitX != nil {
		x = Range(*t.ShiftLimitX)
	}
	if t.ShiftLimitY != nil {
		y = Range(*t.ShiftLimitY)
	}
	return x, y
}

// Validate checks that a picture is left.
func (t ShiftScaleRotate) Validate() error {
	if !(t.ScaleLimit[0] > -1) {
		return fmt.Errorf("scale_limit: must be above -1, not %v", t.ScaleLimit[0])
	}
	x, y := t.shifts()
	if !(min(x[0], y[0]) >= -1 && max(x[1], y[1]) <= 1) {
		return fmt.Errorf("shift_limit: must lie in [-1, 1], not %v and %v", x, y)
	}
	return errors.Join(t.check(), checkChance(t.P))
}

func (t ShiftScaleRotate) bind(channels, ignore int) (_ Transform, err error) {
	t.Outside, err = t.bound("ShiftScaleRotate", channels, ignore)
	return t, err
}
