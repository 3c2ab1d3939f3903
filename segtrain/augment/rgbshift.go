package augment

import (
	"math"
	"math/rand/v2"
)

func init() {
	register("RGBShift", RGBShift{RShiftLimit: Symmetric{-20, 20}, GShiftLimit: Symmetric{-20, 20}, BShiftLimit: Symmetric{-20, 20}, P: 0.5})
}

// RGBShift adds a number of its own to each of three channels, in units of 1/255, or in shares of white where both ends lie
// in [−1, 1] (Albumentations: RGBShift).
type RGBShift struct {
	RShiftLimit Symmetric `yaml:"r_shift_limit"`
	GShiftLimit Symmetric `yaml:"g_shift_limit"`
	BShiftLimit Symmetric `yaml:"b_shift_limit"`
	P           float64   `yaml:"p"`
}

// Chance returns P.
func (t RGBShift) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the three shifts.
func (t RGBShift) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the three shifts. The op is a Painter.
func (t RGBShift) Always(rng *rand.Rand, h, w int) Op {
	var all table
	for _, limit := range []Symmetric{t.RShiftLimit, t.GShiftLimit, t.BShiftLimit} {
		shift := drawReal(rng, limit)
		if max(-limit[0], limit[1], limit[0], -limit[1]) <= 1 {
			shift *= 255
		}
		shift = math.Trunc(shift)
		all = append(all, tableOf(func(v float64) float64 { return v + shift })...)
	}
	return paint(h, w, all)
}

// Validate checks the settings.
func (t RGBShift) Validate() error {
	return firstError(checkRange("r_shift_limit", t.RShiftLimit, -255, 255),
		checkRange("g_shift_limit", t.GShiftLimit, -255, 255),
		checkRange("b_shift_limit", t.BShiftLimit, -255, 255),
		checkChance(t.P))
}

func (t RGBShift) bind(channels, _ int) (Transform, error) {
	return t, needChannels("RGBShift", channels, 3)
}
