package augment

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

func init() {
	register("RandomCrop", RandomCrop{CropSettings{PadPosition: "center", Outside: Outside{BorderMode: "constant"}, P: 1}})
	register("CenterCrop", CenterCrop{CropSettings{PadPosition: "center", Outside: Outside{BorderMode: "constant"}, P: 1}})
}

// CropSettings are those of crops of a fixed size.
type CropSettings struct {
	Height      int    `yaml:"height"`
	Width       int    `yaml:"width"`
	PadIfNeeded bool   `yaml:"pad_if_needed"` // a picture that is too small; without, it is an error
	PadPosition string `yaml:"pad_position"`  // of the picture in the padded one
	Outside     `yaml:",inline"`
	P           float64 `yaml:"p"`
}

// Chance returns P.
func (t CropSettings) Chance() float64 { return t.P }

// Sizes is true: a crop begins at the size of the file.
func (t CropSettings) Sizes() bool { return true }

// Validate checks the size and the position.
func (t CropSettings) Validate() error {
	if err := checkSize(t.Height, t.Width); err != nil {
		return err
	}
	if !slices.Contains(positions, t.PadPosition) {
		return fmt.Errorf("pad_position: no %q; there are: %s", t.PadPosition, strings.Join(positions, ", "))
	}
	return errors.Join(t.check(), checkChance(t.P))
}

// crop pads an h×w picture where it is too small and has at choose the window's first pixel.
func (t CropSettings) crop(rng *rand.Rand, h, w int, at func(dy, dx int) (top, left int)) Op {
	pad := PadIfNeeded{MinHeight: t.Height, MinWidth: t.Width, Position: t.PadPosition,
		Outside: t.Outside}
	ph, pw := max(h, t.Height), max(w, t.Width)
	if (ph != h || pw != w) && !t.PadIfNeeded {
		return tooLarge(t.Height, t.Width, h, w)
	}
	top, left := at(ph-t.Height, pw-t.Width)
	return Fuse(h, w, pad.Draw(rng, h, w), window(ph, pw, top, left, t.Height, t.Width))
}

// tooLarge is what a crop of ch×cw pixels draws for a smaller picture.
func tooLarge(ch, cw, h, w int) Op {
	return fail(h, w, "a crop of %d×%d pixels is larger than the picture of %d×%d: pad or enlarge it before", ch, cw, h, w)
}

// window shows the ch×cw pixels of an h×w picture from (top, left) on.
func window(h, w, top, left, ch, cw int) Op { return place(h, w, ch, cw, -top, -left, border{}) }

// RandomCrop cuts out a window of Height×Width anywhere, with probability P (Albumentations: RandomCrop).
type RandomCrop struct {
	CropSettings `yaml:",inline"`
}

// Draw tosses a coin, then draws the place.
func (t RandomCrop) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the place. A picture that is too small and not padded is an error (see Err).
func (t RandomCrop) Always(rng *rand.Rand, h, w int) Op {
	return t.crop(rng, h, w, func(dy, dx int) (int, int) { return rng.IntN(dy + 1), rng.IntN(dx + 1) })
}

func (t RandomCrop) bind(channels, ignore int) (_ Transform, err error) {
	t.Outside, err = t.bound("RandomCrop", channels, ignore)
	return t, err
}

// CenterCrop cuts out the middle Height×Width with probability P (Albumentations: CenterCrop).
type CenterCrop struct {
	CropSettings `yaml:",inline"`
}

// Draw tosses a coin.
func (t CenterCrop) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always returns the crop. A picture that is too small and not padded is an error (see Err).
func (t CenterCrop) Always(rng *rand.Rand, h, w int) Op {
	return t.crop(rng, h, w, func(dy, dx int) (int, int) { return dy / 2, dx / 2 })
}

func (t CenterCrop) bind(channels, ignore int) (_ Transform, err error) {
	t.Outside, err = t.bound("CenterCrop", channels, ignore)
	return t, err
}
