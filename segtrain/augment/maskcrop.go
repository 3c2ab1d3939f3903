package augment

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"tessera/segtrain/raster"
)

func init() {
	register("CropNonEmptyMaskIfExists", CropNonEmptyMaskIfExists{P: 1})
	register("ClassBalancedCrop", ClassBalancedCrop{P: 1})
}

// CropNonEmptyMaskIfExists cuts out a window of Height×Width around a pixel that is not of class 0, nor of IgnoreValues,
// nor ignored, each with the same chance; anywhere if there is none (Albumentations: CropNonEmptyMaskIfExists). A class
// of few pixels stays rare: see ClassBalancedCrop.
type CropNonEmptyMaskIfExists struct {
	Height       int     `yaml:"height"`
	Width        int     `yaml:"width"`
	IgnoreValues []int   `yaml:"ignore_values"` // classes that count as empty
	P            float64 `yaml:"p"`

	ignore int // the ignored class and 1, once bound
}

// Chance returns P.
func (t CropNonEmptyMaskIfExists) Chance() float64 { return t.P }

// Looks is true.
func (t CropNonEmptyMaskIfExists) Looks() bool { return true }

// Sizes is true: a crop begins at the size of the file.
func (t CropNonEmptyMaskIfExists) Sizes() bool { return true }

// Draw is RandomCrop's: there is no mask.
func (t CropNonEmptyMaskIfExists) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// DrawAt tosses a coin, then draws the pixel and where it is in the window.
func (t CropNonEmptyMaskIfExists) DrawAt(rng *rand.Rand, mask *raster.Mask, h, w int) Op {
	return maybeAt(t, rng, mask, h, w)
}

// Always is RandomCrop's: there is no mask.
func (t CropNonEmptyMaskIfExists) Always(rng *rand.Rand, h, w int) Op {
	return cropAround(rng, h, w, t.Height, t.Width, -1)
}

// AlwaysAt draws the pixel and where it is in the window. A picture that is too small is an error (see Err).
func (t CropNonEmptyMaskIfExists) AlwaysAt(rng *rand.Rand, mask *raster.Mask, h, w int) Op {
	var full [256]bool
	for class := 1; class < 256; class++ {
		full[class] = class != t.ignore-1 && !slices.Contains(t.IgnoreValues, class)
	}
	return cropAround(rng, h, w, t.Height, t.Width, pick(rng, mask, &full))
}

// Validate checks the size.
func (t CropNonEmptyMaskIfExists) Validate() error {
	if err := checkSize(t.Height, t.Width); err != nil {
		return err
	}
	return checkChance(t.P)
}

func (t CropNonEmptyMaskIfExists) bind(_, ignore int) (Transform, error) {
	t.ignore = ignore + 1
	return t, nil
}

// ClassBalancedCrop cuts out a window of Height×Width around a pixel of a class that is drawn first, each class of the
// picture with the same chance, or as Weights say: rare classes come as often as others (nnU-Net's oversampling of
// foreground is of this kind; Isensee et al., "nnU-Net", Nature Methods 2021). The ignored class is never drawn.
type ClassBalancedCrop struct {
	Height  int       `yaml:"height"`
	Width   int       `yaml:"width"`
	Weights []float64 `yaml:"weights"` // of the classes by index, 1 for those beyond; 0 never
	P       float64   `yaml:"p"`

	ignore int // the ignored class and 1, once bound
}

// Chance returns P.
func (t ClassBalancedCrop) Chance() float64 { return t.P }

// Looks is true.
func (t ClassBalancedCrop) Looks() bool { return true }

// Sizes is true: a crop begins at the size of the file.
func (t ClassBalancedCrop) Sizes() bool { return true }

// Draw is RandomCrop's: there is no mask.
func (t ClassBalancedCrop) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// DrawAt tosses a coin, then draws the class, the pixel and where it is in the window.
func (t ClassBalancedCrop) DrawAt(rng *rand.Rand, mask *raster.Mask, h, w int) Op {
	return maybeAt(t, rng, mask, h, w)
}

// Always is RandomCrop's: there is no mask.
func (t ClassBalancedCrop) Always(rng *rand.Rand, h, w int) Op {
	return cropAround(rng, h, w, t.Height, t.Width, -1)
}

// AlwaysAt draws the class, the pixel and where it is in the window. A picture that is too small is an error (see Err).
func (t ClassBalancedCrop) AlwaysAt(rng *rand.Rand, mask *raster.Mask, h, w int) Op {
	count := histogram(mask)
	var chance [256]float64
	var sum float64
	for class, n := range count {
		if n > 0 && class != t.ignore-1 {
			chance[class] = t.weight(class)
			sum += chance[class]
		}
	}
	at := float64(rng.Float64() * sum)
	var only [256]bool
	for class, c := range chance {
		if at -= c; at < 0 {
			only[class] = true
			break
		}
	}
	return cropAround(rng, h, w, t.Height, t.Width, pick(rng, mask, &only))
}

func (t ClassBalancedCrop) weight(class int) float64 {
	if class < len(t.Weights) {
		return t.Weights[class]
	}
	return 1
}

// Validate checks the size and the weights.
func (t ClassBalancedCrop) Validate() error {
	if err := checkSize(t.Height, t.Width); err != nil {
		return err
	}
	for _, v := range t.Weights {
		if !(v >= 0) {
			return fmt.Errorf("weights: must be 0 or more, not %v", v)
		}
	}
	return checkChance(t.P)
}

func (t ClassBalancedCrop) bind(_, ignore int) (Transform, error) {
	t.ignore = ignore + 1
	return t, nil
}

func histogram(mask *raster.Mask) (count [256]int) {
	for _, class := range mask.Pix {
		count[class]++
	}
	return count
}

// pick returns the index of one of the pixels of some classes, each with the same chance; -1 if there is none.
func pick(rng *rand.Rand, mask *raster.Mask, classes *[256]bool) int {
	n := 0
	for class, c := range histogram(mask) {
		if classes[class] {
			n += c
		}
	}
	if n == 0 {
		return -1
	}
	k := rng.IntN(n)
	for i, class := range mask.Pix {
		if classes[class] {
			if k == 0 {
				return i
			}
			k--
		}
	}
	panic("augment: a histogram that does not add up")
}

// cropAround cuts a ch×cw window out of an h×w picture. The pixel, an index, is anywhere in it, as far as the window
// stays in the picture; without one (-1) the window is anywhere.
func cropAround(rng *rand.Rand, h, w, ch, cw, pixel int) Op {
	if ch > h || cw > w {
		return tooLarge(ch, cw, h, w)
	}
	if pixel < 0 {
		return window(h, w, rng.IntN(h-ch+1), rng.IntN(w-cw+1), ch, cw)
	}
	top := min(max(pixel/w-rng.IntN(ch), 0), h-ch)
	left := min(max(pixel%w-rng.IntN(cw), 0), w-cw)
	return window(h, w, top, left, ch, cw)
}
