package solve

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// A Size is what can be given up for time.
type Size struct {
	Epochs int    `json:"epochs"`
	Folds  int    `json:"folds"`
	Pixels [2]int `json:"pixels"` // height and width of what the network sees
}

// A Cost is what a debug run measured at a size, and how much there is to do.
type Cost struct {
	Pixels   [2]int  `json:"pixels"`           // that it was measured at
	Step     float64 `json:"step_seconds"`     // of training
	Image    float64 `json:"image_seconds"`    // of a forward pass, with reading and measuring
	Snapshot float64 `json:"snapshot_seconds"` // files of an epoch
	Batch    int     `json:"batch"`
	Images   int     `json:"images"`    // that are parted into folds
	Tests    int     `json:"tests"`     // to be predicted
	Repeats  int     `json:"repeats"`   // of the split
	ValEvery int     `json:"val_every"` // epochs
	Views    float64 `json:"views"`     // pictures' worth of pixels that test-time augmentation looks at, of Viewed images of each fold at most
	Viewed   int     `json:"viewed"`
}

// Seconds says what training all folds at a size, measuring views and predicting once with every fold take. A step's time and a
// forward pass's go with the number of pixels. Post-processing is not in it.
func (c Cost) Seconds(s Size) float64 {
	one := c.Fold(s) + float64(float64(c.Tests)*c.image(s))
	return float64(float64(s.Folds*max(1, c.Repeats))*one) + float64(c.Looking(s))
}

// Fold returns the seconds of training one fold and of its out-of-fold predictions.
func (c Cost) Fold(s Size) float64 {
	val := float64(c.Images) / float64(s.Folds)
	steps := math.Max(1, math.Floor((float64(c.Images)-val)/float64(c.Batch)))
	validations := math.Ceil(float64(s.Epochs)/float64(max(1, c.ValEvery))) + 1
	return float64(float64(s.Epochs)*(float64(steps*c.Step*c.area(s))+c.Snapshot)) + float64((validations+1)*val*c.image(s)) // and once out of fold
}

// Looking returns the seconds of measuring views on all folds.
func (c Cost) Looking(s Size) float64 {
	val := float64(c.Images) / float64(s.Folds)
	return float64(s.Folds*max(1, c.Repeats)) * math.Min(val, float64(c.Viewed)) * c.Views * c.image(s)
}

// area is a size's, as a part of the measured one.
func (c Cost) area(s Size) float64 {
	return float64(s.Pixels[0]*s.Pixels[1]) / float64(c.Pixels[0]*c.Pixels[1])
}

func (c Cost) image(s Size) float64 { return c.Image * c.area(s) }

// Fit returns the size next to the wanted one that takes no more than so many seconds, with a line for everything that was given
// up. What is given up first: half of the epochs; folds down to three; pixels, down to half of each side in multiples of 32;
// the third fold; and epochs down to a tenth.
func (c Cost) Fit(want Size, seconds float64) (Size, []string, error) {
	half := (want.Epochs + 1) / 2
	least := max(1, want.Epochs/10)
	type option struct {
		folds   int
		scale   float64
		atLeast int
	}
	options := []option{{want.Folds, 1, half}}
	for f := want.Folds - 1; f >= 3; f-- {
		options = append(options, option{f, 1, half})
	}
	few := min(3, want.Folds)
	for _, scale := range []float64{7. / 8, 3. / 4, 5. / 8, 1. / 2} {
		options = append(options, option{few, scale, half})
	}
	options = append(options, option{min(2, want.Folds), 0.5, half}, option{min(2, want.Folds), 0.5, least})
	var last Size
	for _, o := range options {
		s := Size{Epochs: want.Epochs, Folds: o.folds, Pixels: shrink(want.Pixels, o.scale)}
		for s.Epochs > o.atLeast && c.Seconds(s) > seconds {
			s.Epochs--
		}
		if c.Seconds(s) <= seconds {
			return s, given(want, s), nil
		}
		last = s
	}
	return want, nil, fmt.Errorf("it does not fit: even %v takes about %s, and there are %s; give it more --hours, or fewer images",
		last, Long(c.Seconds(last)), Long(math.Max(0, seconds)))
}

// shrink scales both sides to multiples of 32, and leaves them as they are at scale 1.
func shrink(pixels [2]int, scale float64) [2]int {
	if scale < 1 {
		for i, n := range pixels {
			pixels[i] = min(n, max(32, int(math.Round(float64(n)*scale/32))*32))
		}
	}
	return pixels
}

// given says what was given up.
func given(want, got Size) (list []string) {
	if got.Epochs != want.Epochs {
		list = append(list, fmt.Sprintf("%d epochs in place of %d", got.Epochs, want.Epochs))
	}
	if got.Folds != want.Folds {
		list = append(list, fmt.Sprintf("%d folds in place of %d", got.Folds, want.Folds))
	}
	if got.Pixels != want.Pixels {
		list = append(list, fmt.Sprintf("%d×%d pixels (height × width) in place of %d×%d", got.Pixels[0], got.Pixels[1],
			want.Pixels[0], want.Pixels[1]))
	}
	return list
}

// String prints "5 folds of 40 epochs at 192×256".
func (s Size) String() string {
	return fmt.Sprintf("%d folds of %d epochs at %d×%d", s.Folds, s.Epochs, s.Pixels[0], s.Pixels[1])
}

// Long prints seconds for a reader: 42 s, 12 min, 3 h 20 min.
func Long(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second)).Round(time.Second)
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	return strings.TrimSuffix(fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60), " 00 min")
}
