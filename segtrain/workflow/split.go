package workflow

import (
	"errors"
	"fmt"
	"image/color"
	"io"

	"tessera/internal/parallel"
	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/raster"
	"tessera/segtrain/split"
)

// divide parts the samples as data.split and data.val say.
func (s *source) divide(cfg *config.Config, all data.Manifest) (err error) {
	if v := cfg.Data.Val; v.Images != "" || v.Annotations != "" {
		s.train = all
		s.val, err = s.validation(cfg)
		s.split = twoFolders(s.train, s.val)
		return err
	}
	if s.split, err = newSplit(cfg, all, s.code); err != nil {
		return err
	}
	if f := cfg.Data.Val.Fold; f != nil {
		s.fold = *f
	}
	if s.fold >= s.split.Folds() {
		return cfg.Mistake("data.val.fold", "%d holds out 0 of %d samples; there are folds 0 to %d",
			s.fold, len(all), s.split.Folds()-1)
	}
	if s.train, s.val = all.Part(s.split, s.fold); len(s.val) == 0 || len(s.train) == 0 {
		return cfg.Mistake("data.val.fold", "%d holds out %d of %d samples", s.fold, len(s.val), len(all))
	}
	return nil
}

// newSplit parts all samples. Masks are read where the split is made by what is in them.
func newSplit(cfg *config.Config, all data.Manifest, code raster.MaskCode) (*split.Split, error) {
	c, v := cfg.Data.Split, cfg.Data.Val
	o := split.Options{
		Kind: split.Kind(c.Kind), K: c.K, Fraction: v.Fraction, Repeats: c.Repeats, Seed: c.Seed, By: split.By(c.By),
	}
	key := "data.split"
	switch {
	case c.Kind == config.FileSplit:
		return fileSplit(cfg, all)
	case c.Kind == config.NoSplit && v.Fold != nil:
		return manifestSplit(all), nil
	case c.Kind == config.NoSplit:
		o = split.Options{Kind: split.HoldOut, Fraction: v.Fraction, Seed: splitSeed}
		key = "data.val.fraction"
	}
	records := all.SplitRecords()
	if o.NeedsMasks() {
		if err := countPixels(records, all, code, overlapping(cfg, classNames(cfg))); err != nil {
			return nil, err
		}
	}
	s, err := split.Make(records, o)
	if err != nil {
		return nil, located(cfg, key, err)
	}
	return s, nil
}

// fileSplit reads the folds of data.split.file. Groups are those of the data, where it has any.
func fileSplit(cfg *config.Config, all data.Manifest) (*split.Split, error) {
	s, err := split.ReadFile(cfg.Data.Split.File)
	if err != nil {
		return nil, located(cfg, "data.split.file", err)
	}
	ids := make([]string, len(all))
	for i, r := range all {
		ids[i] = r.ID
	}
	if err := s.Match(ids); err != nil {
		return nil, located(cfg, "data.split.file", fmt.Errorf("%s %w", cfg.Data.Split.File, err))
	}
	return s, nil
}

// manifestSplit is the manifest's column of folds.
func manifestSplit(all data.Manifest) *split.Split {
	s := &split.Split{Repeats: 1}
	for _, r := range all {
		s.Add(r.ID, r.Group, r.Fold)
	}
	return s
}

// twoFolders is the split of a folder that trains and another that validates, which may have the same IDs.
func twoFolders(train, val data.Manifest) *split.Split {
	s := &split.Split{Repeats: 1}
	for _, r := range train {
		s.Add("train/"+r.ID, r.Group, split.NoFold)
	}
	for _, r := range val {
		s.Add("val/"+r.ID, r.Group, 0)
	}
	return s
}

// countPixels reads the masks of all records that have one and counts the pixels of each class. Where classes may overlap
// those of none come first, as in the masks of a binary task.
func countPixels(records []split.Record, m data.Manifest, code raster.MaskCode, overlapping []string) error {
	errs := make([]error, len(m))
	parallel.For(len(m), func(i, _ int) {
		if m[i].Mask == "" && m[i].Drawn == nil {
			return
		}
		if overlapping != nil {
			records[i].Pixels, errs[i] = countFlags(m[i], code, overlapping)
			return
		}
		mask, err := maskOf(m[i], code)
		if err != nil {
			errs[i] = err
			return
		}
		counts := make([]int64, 256)
		for _, class := range mask.Pix {
			counts[class]++
		}
		records[i].Pixels = counts[:code.Classes]
	})
	for _, err := range errs {
		if err != nil {
			return fmt.Errorf("counting classes: %w", err)
		}
	}
	return nil
}

// countFlags counts the pixels of a record's mask: of none of the classes, then of each. What does not count is in none.
func countFlags(r data.Record, code raster.MaskCode, classes []string) ([]int64, error) {
	h, w, err := maskSize(r, classes)
	if err != nil {
		return nil, err
	}
	f, err := r.ReadFlags(classes, code, h, w)
	if err != nil {
		return nil, err
	}
	counts := make([]int64, 1+len(classes))
	for i := range f.H * f.W {
		none := int64(1)
		for k := range classes {
			if flag := f.At(i, k); flag != 0 {
				none = 0
				counts[1+k] += int64(flag & 1 &^ (flag >> 1))
			}
		}
		counts[0] += none
	}
	return counts, nil
}

// maskSize returns the size that a record's mask must have: that of its file, or of the image where it is drawn.
func maskSize(r data.Record, classes []string) (h, w int, err error) {
	file := r.Image
	if r.Drawn == nil {
		file = raster.ClassFiles(r.Mask, classes)[0]
	}
	info, err := raster.Probe(file)
	return info.H, info.W, err
}

// countedClasses returns the names of what countPixels counts.
func countedClasses(cfg *config.Config, classes []string) []string {
	if !cfg.Flags() {
		return classes
	}
	return append([]string{"none"}, classes...)
}

// countedColors returns the colours of countedClasses.
func countedColors(cfg *config.Config, palette []color.RGBA) []color.RGBA {
	if !cfg.Flags() {
		return palette
	}
	return append([]color.RGBA{{R: 128, G: 128, B: 128, A: 255}}, palette...)
}

// maskOf reads a record's mask; the size of one that is drawn is that of its image.
func maskOf(r data.Record, code raster.MaskCode) (*raster.Mask, error) {
	if r.Drawn == nil {
		return raster.ReadMask(r.Mask, code)
	}
	im, err := raster.Read(r.Image)
	if err != nil {
		return nil, err
	}
	return r.ReadMask(code, im.H, im.W)
}

// writeSplit writes a split with its hash beside it.
func writeSplit(file string, s *split.Split) error {
	err := raster.WriteFile(file, s.Encode)
	hash := raster.WriteFile(file+split.HashSuffix, func(w io.Writer) error {
		_, err := io.WriteString(w, s.HashLine(file))
		return err
	})
	if err := errors.Join(err, hash); err != nil {
		return fmt.Errorf("split: %w", err)
	}
	return nil
}
