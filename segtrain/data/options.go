package data

import (
	"fmt"
	"slices"

	"tessera/segtrain/augment"
	"tessera/segtrain/raster"
)

// Fit is how a picture of any size is brought to the size of the network's input.
type Fit string

const (
	Stretch   Fit = "stretch"   // both sides are scaled, proportions may change
	Letterbox Fit = "letterbox" // proportions are kept; the rest is the mean colour, and ignored
)

// Options says what a Dataset makes of its records.
type Options struct {
	H, W, C  int             // of a sample; C is 1 to 32
	MaskCode raster.MaskCode // not looked at where no record has a mask
	Fit      Fit             // empty is Stretch

	// Overlapping are the names of the classes if they may overlap: a sample has a label for each then, and masks are what
	// raster.ReadFlags reads. nil is one label a pixel.
	Overlapping []string

	// Augment changes samples after they were fitted, and must leave them H×W; but one that crops or resizes (see
	// augment.Sizes) is given pictures of the files' own size and must make them H×W. nil for validation and prediction.
	Augment augment.Transform

	// Pseudo are training records with labels of models, behind the others: the data set's Len does not count them, and a
	// Loader takes them as LoaderOptions.Blend says.
	Pseudo Manifest

	// Mean and Std normalise, one value a channel, for samples in [0, 1]. Empty are 0 and 1.
	Mean, Std []float32

	CacheBytes int64  // budget for decoded files; 0 keeps none
	Seed       uint64 // of augmentation
}

// check fills in defaults and says what is wrong.
func (o *Options) check(m Manifest) error {
	if o.H < 1 || o.W < 1 || o.C < 1 || o.C > 32 {
		return fmt.Errorf(
			"samples cannot be %d×%d×%d: height and width must be 1 or more, channels 1 to 32", o.H, o.W, o.C)
	}
	if o.Fit == "" {
		o.Fit = Stretch
	}
	if o.Fit != Stretch && o.Fit != Letterbox {
		return fmt.Errorf("fit: no %q; there are: %s, %s", o.Fit, Stretch, Letterbox)
	}
	if err := o.checkMasks(slices.Concat(m, o.Pseudo)); err != nil {
		return err
	}
	return o.checkNorm()
}

func (o *Options) checkNorm() error {
	for name, v := range map[string]int{"mean": len(o.Mean), "std": len(o.Std)} {
		if v != 0 && v != o.C {
			return fmt.Errorf("%s: %d values for %d channel(s)", name, v, o.C)
		}
	}
	for _, s := range o.Std {
		if !(s > 0) {
			return fmt.Errorf("std: must be above 0, not %v", s)
		}
	}
	return nil
}

func (o *Options) checkMasks(m Manifest) error {
	var without []string
	for _, r := range m {
		if !r.Labelled() {
			without = append(without, r.ID)
		}
	}
	if len(without) == len(m) {
		o.MaskCode.Ignore = -1
		return nil
	}
	if len(without) > 0 && o.MaskCode.Ignore < 0 {
		return fmt.Errorf("%s without a mask among labelled ones: an ignore value must be set for them",
			few(without, "image", "images"))
	}
	if i := slices.IndexFunc(m, func(r Record) bool { return r.Soft != nil && r.Soft.Second != "" }); i >= 0 && o.Overlapping != nil {
		return fmt.Errorf("sample %q has second labels, which are for classes that exclude each other", m[i].ID)
	}
	if o.Overlapping != nil {
		return o.checkFlags(m)
	}
	return o.MaskCode.Check()
}
