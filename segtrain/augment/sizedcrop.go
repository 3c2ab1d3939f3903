package augment

import (
	"fmt"
	"math"
	"math/rand/v2"

	"tessera/kernels"
)

func init() {
	register("RandomResizedCrop", RandomResizedCrop{Scale: Range{0.08, 1}, Ratio: Range{0.75, 4. / 3}, P: 1})
	register("RandomSizedCrop", RandomSizedCrop{W2HRatio: 1, P: 1})
}

// RandomResizedCrop cuts out a window of a random area and aspect and resizes it to Size (Albumentations, torchvision:
// RandomResizedCrop). A window that shrinks is filtered, which Albumentations does not.
type RandomResizedCrop struct {
	Size  [2]int  `yaml:"size"`  // height, width
	Scale Range   `yaml:"scale"` // of the picture's area
	Ratio Range   `yaml:"ratio"` // width over height, even in its logarithm
	P     float64 `yaml:"p"`
}

// Chance returns P.
func (t RandomResizedCrop) Chance() float64 { return t.P }

// Sizes is true: a crop begins at the size of the file.
func (t RandomResizedCrop) Sizes() bool { return true }

// Draw tosses a coin, then draws the window.
func (t RandomResizedCrop) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the window: if ten do not fit, the largest in the middle.
func (t RandomResizedCrop) Always(rng *rand.Rand, h, w int) Op {
	low, high := kernels.Log64(t.Ratio[0]), kernels.Log64(t.Ratio[1])
	for range 10 {
		area := Range{t.Scale[0], t.Scale[1]}.draw(rng) * float64(h*w)
		ratio := kernels.Exp64(Range{low, high}.draw(rng))
		cw, ch := int(math.Sqrt(float64(area*ratio))+0.5), int(math.Sqrt(area/ratio)+0.5)
		if cw > 0 && cw <= w && ch > 0 && ch <= h {
			return cropResize(h, w, rng.IntN(h-ch+1), rng.IntN(w-cw+1), ch, cw, t.Size)
		}
	}
	ch, cw := h, w
	switch ratio := float64(w) / float64(h); {
	case ratio < t.Ratio[0]:
		ch = clamp(int(float64(w)/t.Ratio[0]+0.5), h)
	case ratio > t.Ratio[1]:
		cw = clamp(int(float64(float64(h)*t.Ratio[1])+0.5), w)
	}
	return cropResize(h, w, (h-ch)/2, (w-cw)/2, ch, cw, t.Size)
}

// Validate checks the size and the ranges.
func (t RandomResizedCrop) Validate() error {
	if err := checkPair("size", t.Size); err != nil {
		return err
	}
	if !(t.Scale[0] > 0 && t.Scale[1] <= 1) {
		return fmt.Errorf("scale: must lie above 0 and at most at 1, not %v", t.Scale)
	}
	if !(t.Ratio[0] > 0) {
		return fmt.Errorf("ratio: must be above 0, not %v", t.Ratio)
	}
	return checkChance(t.P)
}

// RandomSizedCrop cuts out a window of a random height and resizes it to Size (Albumentations: RandomSizedCrop). The
// window is cut to the picture if it is larger.
type RandomSizedCrop struct {
	MinMaxHeight [2]int  `yaml:"min_max_height"` // of the window
	Size         [2]int  `yaml:"size"`           // height, width
	W2HRatio     float64 `yaml:"w2h_ratio"`      // width of the window over its height
	P            float64 `yaml:"p"`
}

// Chance returns P.
func (t RandomSizedCrop) Chance() float64 { return t.P }

// Sizes is true: a crop begins at the size of the file.
func (t RandomSizedCrop) Sizes() bool { return true }

// Draw tosses a coin, then draws the window.
func (t RandomSizedCrop) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the window.
func (t RandomSizedCrop) Always(rng *rand.Rand, h, w int) Op {
	height := t.MinMaxHeight[0] + rng.IntN(t.MinMaxHeight[1]-t.MinMaxHeight[0]+1)
	ch, cw := min(height, h), clamp(int(float64(height)*t.W2HRatio), w)
	return cropResize(h, w, rng.IntN(h-ch+1), rng.IntN(w-cw+1), ch, cw, t.Size)
}

// Validate checks sizes and ratio.
func (t RandomSizedCrop) Validate() error {
	if err := checkPair("size", t.Size); err != nil {
		return err
	}
	if m := t.MinMaxHeight; m[0] < 1 || m[1] < m[0] {
		return fmt.Errorf("min_max_height: must be two heights of 1 or more, the lower first, not %v", m)
	}
	if !(t.W2HRatio > 0) {
		return fmt.Errorf("w2h_ratio: must be above 0, not %v", t.W2HRatio)
	}
	return checkChance(t.P)
}

// cropResize cuts the ch×cw pixels from (top, left) on out of an h×w picture and resizes them.
func cropResize(h, w, top, left, ch, cw int, size [2]int) Op {
	return Fuse(h, w, window(h, w, top, left, ch, cw), newResize(ch, cw, size[0], size[1]))
}

func checkPair(key string, size [2]int) error {
	if size[0] < 1 || size[1] < 1 {
		return fmt.Errorf("%s: must be a height and a width of 1 or more, not %v", key, size)
	}
	return nil
}
