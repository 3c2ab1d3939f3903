package augment

import (
	"math/rand/v2"
)

func init() {
	register("HueSaturationValue", HueSaturationValue{HueShiftLimit: Symmetric{-20, 20}, SatShiftLimit: Symmetric{-30, 30}, ValShiftLimit: Symmetric{-20, 20}, P: 0.5})
}

// HueSaturationValue turns the hue, in steps of 2 degrees, and adds to saturation and value, in units of 1/255; grey stays
// grey (Albumentations: HueSaturationValue). Of pictures of one channel, only the value changes.
type HueSaturationValue struct {
	HueShiftLimit Symmetric `yaml:"hue_shift_limit"`
	SatShiftLimit Symmetric `yaml:"sat_shift_limit"`
	ValShiftLimit Symmetric `yaml:"val_shift_limit"`
	P             float64   `yaml:"p"`
}

// Chance returns P.
func (t HueSaturationValue) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the three shifts.
func (t HueSaturationValue) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the three shifts. The op is a Painter.
func (t HueSaturationValue) Always(rng *rand.Rand, h, w int) Op {
	hue, sat, val := drawReal(rng, t.HueShiftLimit), drawReal(rng, t.SatShiftLimit), drawReal(rng, t.ValShiftLimit)
	return paint(h, w, hsvShift{turnHue(hue), brighter(sat, 0), brighter(val, -1)})
}

// Validate checks the settings.
func (t HueSaturationValue) Validate() error {
	return firstError(checkRange("hue_shift_limit", t.HueShiftLimit, -180, 180),
		checkRange("sat_shift_limit", t.SatShiftLimit, -255, 255),
		checkRange("val_shift_limit", t.ValShiftLimit, -255, 255),
		checkChance(t.P))
}

func (t HueSaturationValue) bind(channels, _ int) (Transform, error) {
	return t, needChannels("HueSaturationValue", channels, 1, 3)
}

// brighter is the table of samples with a number added, rounded; the sample keep stays as it is.
func brighter(add, keep float64) table {
	return tableOf(func(v float64) float64 {
		if v == keep {
			return v
		}
		return roundEven(v + add)
	})
}
