package augment

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

func init() {
	register("LongestMaxSize", LongestMaxSize{SideBounds{P: 1}})
	register("SmallestMaxSize", SmallestMaxSize{SideBounds{P: 1}})
	register("RandomScale", RandomScale{ScaleLimit: Symmetric{-0.1, 0.1}, P: 0.5})
}

// Sizes is true: pictures of any size are wanted.
func (t Resize) Sizes() bool { return true }

// Sizes is true: pictures of any size are wanted.
func (t Letterbox) Sizes() bool { return true }

// Sizes is true: pictures of any size are wanted.
func (t PadIfNeeded) Sizes() bool { return true }

// SideBounds are the settings of resizes that keep proportions: one of the two sizes is given.
type SideBounds struct {
	MaxSize   MaxSizes `yaml:"max_size"`    // of a side, or several to draw from
	MaxSizeHW [2]int   `yaml:"max_size_hw"` // height and width, 0 for no bound
	P         float64  `yaml:"p"`
}

// MaxSizes is a size or a list of them.
type MaxSizes []int

// UnmarshalYAML reads a whole number or a list of them.
func (s *MaxSizes) UnmarshalYAML(decode func(any) error) error {
	var one int
	if decode(&one) == nil {
		*s = MaxSizes{one}
		return nil
	}
	return decode((*[]int)(s))
}

// Chance returns P.
func (t SideBounds) Chance() float64 { return t.P }

// Sizes is true: pictures of any size are wanted.
func (t SideBounds) Sizes() bool { return true }

// Validate checks that there is one kind of bound.
func (t SideBounds) Validate() error {
	both := t.MaxSizeHW != [2]int{}
	if (len(t.MaxSize) > 0) == both {
		return errors.New("needs max_size or max_size_hw, and not both")
	}
	for _, n := range t.MaxSize {
		if n < 1 {
			return fmt.Errorf("max_size: sizes must be 1 or more, not %d", n)
		}
	}
	if min(t.MaxSizeHW[0], t.MaxSizeHW[1]) < 0 {
		return fmt.Errorf("max_size_hw: sizes must be 1 or more, or 0 for no bound, not %v", t.MaxSizeHW)
	}
	return checkChance(t.P)
}

// resize brings one side of an h×w picture to its bound: side chooses between those of the two scales.
func (t SideBounds) resize(rng *rand.Rand, h, w int, side func(a, b float64) float64) Op {
	bh, bw := t.MaxSizeHW[0], t.MaxSizeHW[1]
	if n := len(t.MaxSize); n > 0 {
		bh = t.MaxSize[rng.IntN(n)]
		bw = bh
	}
	scaleH, scaleW := float64(bh)/float64(h), float64(bw)/float64(w)
	scale := side(scaleH, scaleW)
	if bh == 0 {
		scale = scaleW
	} else if bw == 0 {
		scale = scaleH
	}
	return newResize(h, w, scaled(h, scale), scaled(w, scale))
}

// scaled is n·scale to the nearest pixel, at least one.
func scaled(n int, scale float64) int { return max(1, int(math.Floor(float64(float64(n)*scale)+0.5))) }

// LongestMaxSize resizes so that the longer side is MaxSize, or so that the picture fits MaxSizeHW, with probability P
// (Albumentations: LongestMaxSize, without its default of 1024).
type LongestMaxSize struct {
	SideBounds `yaml:",inline"`
}

// Draw tosses a coin, then chooses among the sizes.
func (t LongestMaxSize) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always chooses among the sizes.
func (t LongestMaxSize) Always(rng *rand.Rand, h, w int) Op {
	return t.resize(rng, h, w, func(a, b float64) float64 { return min(a, b) })
}

// SmallestMaxSize resizes so that the shorter side is MaxSize, or so that the picture covers MaxSizeHW, with probability
// P (Albumentations: SmallestMaxSize, without its default of 1024).
type SmallestMaxSize struct {
	SideBounds `yaml:",inline"`
}

// Draw tosses a coin, then chooses among the sizes.
func (t SmallestMaxSize) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always chooses among the sizes.
func (t SmallestMaxSize) Always(rng *rand.Rand, h, w int) Op {
	return t.resize(rng, h, w, func(a, b float64) float64 { return max(a, b) })
}

// RandomScale resizes both sides by 1 and a number out of ScaleLimit, with probability P (Albumentations: RandomScale).
// Something that fixes the size must follow.
type RandomScale struct {
	ScaleLimit Symmetric `yaml:"scale_limit"`
	P          float64   `yaml:"p"`
}

// Chance returns P.
func (t RandomScale) Chance() float64 { return t.P }

// Sizes is true: pictures of any size are wanted.
func (t RandomScale) Sizes() bool { return true }

// Draw tosses a coin, then draws the scale.
func (t RandomScale) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the scale.
func (t RandomScale) Always(rng *rand.Rand, h, w int) Op {
	scale := 1 + drawReal(rng, t.ScaleLimit)
	return newResize(h, w, max(1, int(float64(h)*scale)), max(1, int(float64(w)*scale)))
}

// Validate checks that a picture is left.
func (t RandomScale) Validate() error {
	if !(t.ScaleLimit[0] > -1) {
		return fmt.Errorf("scale_limit: must be above -1, not %v", t.ScaleLimit[0])
	}
	return checkChance(t.P)
}
