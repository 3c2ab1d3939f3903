package augment

import (
	"image"
	"math"
	"math/rand/v2"
)

func init() { register("Erasing", Erasing{Scale: Range{0.02, 0.33}, Ratio: Range{0.3, 3.3}, P: 0.5}) }

// Erasing fills one rectangle of random area and proportions (Albumentations: Erasing; Zhong et al.: "Random Erasing Data
// Augmentation", AAAI 2020). Scale is the share of the picture's area, Ratio width over height.
type Erasing struct {
	Scale    Range    `yaml:"scale"`
	Ratio    Range    `yaml:"ratio"`
	Fill     HoleFill `yaml:"fill"`
	FillMask MaskFill `yaml:"fill_mask"`
	P        float64  `yaml:"p"`
}

// Chance returns P.
func (t Erasing) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the rectangle.
func (t Erasing) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the rectangle. The op is a Painter.
func (t Erasing) Always(rng *rand.Rand, h, w int) Op {
	high, wide := float64(h), float64(w)
	least, most := float64(t.Scale[0]*high*wide), float64(t.Scale[1]*high*wide)
	most = min(most, t.Ratio[0]*high*high, wide*wide/t.Ratio[1])
	if most < least {
		return Identity(h, w)
	}
	area := drawReal(rng, Range{least, most})
	ratio := drawReal(rng, Range{max(t.Ratio[0], area/(high*high)), min(t.Ratio[1], wide*wide/area)})
	eh := min(int(roundEven(math.Sqrt(area/ratio))), h)
	ew := min(int(roundEven(math.Sqrt(area*ratio))), w)
	return dig(rng, h, w, []image.Rectangle{box(rng.IntN(h-eh+1), rng.IntN(w-ew+1), eh, ew)}, t.Fill, t.FillMask)
}

// Validate checks the settings.
func (t Erasing) Validate() error {
	return firstError(checkRange("scale", t.Scale, 1e-6, 1),
		checkRange("ratio", t.Ratio, 1e-3, 1000),
		t.Fill.check(),
		checkChance(t.P))
}

func (t Erasing) bind(channels, ignore int) (Transform, error) {
	err := bindHoles("Erasing", t.Fill, &t.FillMask, channels, ignore)
	return t, err
}
