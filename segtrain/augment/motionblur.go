package augment

import (
	"math"
	"math/rand/v2"
)

func init() {
	register("MotionBlur", MotionBlur{BlurLimit: KernelSize{3, 7}, AllowShifted: true, AngleRange: Range{0, 360}, DirectionRange: Range{-1, 1}, P: 0.5})
}

// MotionBlur takes the mean along a line through a window (Albumentations: MotionBlur). AngleRange is in degrees;
// DirectionRange, in [−1, 1], moves the line backward or forward, and AllowShifted moves it away from the middle.
type MotionBlur struct {
	BlurLimit KernelSize `yaml:"blur_limit"`

	AllowShifted   bool    `yaml:"allow_shifted"`
	AngleRange     Range   `yaml:"angle_range"`
	DirectionRange Range   `yaml:"direction_range"`
	P              float64 `yaml:"p"`
}

// Chance returns P.
func (t MotionBlur) Chance() float64 { return t.P }

// Draw tosses a coin, then draws window, angle, direction and shift.
func (t MotionBlur) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws window, angle, direction and shift. The op is a Painter.
func (t MotionBlur) Always(rng *rand.Rand, h, w int) Op {
	k := drawSize(rng, t.BlurLimit)
	angle, direction := drawReal(rng, t.AngleRange), drawReal(rng, t.DirectionRange)
	var sx, sy float64
	if t.AllowShifted {
		sx, sy = float64((float64(2*float64(rng.Float64()))-1)*float64(k/2)/2), float64((float64(2*float64(rng.Float64()))-1)*float64(k/2)/2)
	}
	return paint(h, w, newFilter(line(k, angle, direction, sx, sy)))
}

// Validate checks the settings.
func (t MotionBlur) Validate() error {
	return firstError(checkKernel("blur_limit", t.BlurLimit),
		checkRange("angle_range", t.AngleRange, 0, 360),
		checkRange("direction_range", t.DirectionRange, -1, 1),
		checkChance(t.P))
}

// line returns equal taps on the pixels of a k×k window that lie on k points of a line.
func line(k int, angle, direction, sx, sy float64) []tap {
	sin, cos := sincos(angle)
	half := k / 2
	from, to := float64(-float64(half)*(1-max(direction, 0))), float64(float64(half)*(1+min(direction, 0)))
	window, count := make([]float64, k*k), 0.0
	for i := range k {
		at := from + float64((to-from)*float64(i)/float64(k-1))
		x := math.RoundToEven(float64(half) + float64(cos*at) + sx)
		y := math.RoundToEven(float64(half) + float64(sin*at) + sy)
		cell := &window[nearest(int(y), k)*k+nearest(int(x), k)]
		if *cell == 0 {
			*cell = 1
			count++
		}
	}
	for i := range window {
		window[i] /= count
	}
	return windowTaps(window)
}
