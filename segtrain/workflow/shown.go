package workflow

import (
	"image/color"
	"path/filepath"
	"strings"

	"tessera/segtrain/config"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
)

// shown returns h×w labels (a class index a pixel, or flags) as a mask to be looked at, with the colours of its values. What does
// not count has the value of shownIgnored.
func (s *source) shown(cfg *config.Config, h, w int, labels []uint8) (*raster.Mask, []color.RGBA) {
	if task(cfg) == metric.Multilabel {
		masks, sets := raster.Combined(s.palette, raster.FlagsOf(h, w, len(s.classes), labels, ignored(cfg)))
		return masks[0], sets
	}
	return &raster.Mask{H: h, W: w, Pix: labels}, s.colors(cfg)
}

// colors returns those of the values of masks: one a class, and none of what is not there where the task is binary.
func (s *source) colors(cfg *config.Config) []color.RGBA {
	if task(cfg) == metric.Binary {
		return []color.RGBA{{}, s.palette[0]}
	}
	return s.palette
}

// writeLabels writes h×w labels as a PNG of class indices, of 0 and 1, or where classes may overlap one for each class, for whose
// name raster.ClassField stands in file.
func (s *source) writeLabels(cfg *config.Config, file string, h, w int, labels []uint8) error {
	if task(cfg) != metric.Multilabel {
		return raster.WriteMask(file, &raster.Mask{H: h, W: w, Pix: labels}, s.colors(cfg))
	}
	n := len(s.classes)
	for k, name := range raster.ClassFiles(file, safeNames(s.classes)) {
		m := raster.NewMask(h, w)
		for i := range m.Pix {
			m.Pix[i] = labels[i*n+k]
		}
		if err := raster.WriteMask(name, m, []color.RGBA{{}, s.palette[k]}); err != nil {
			return err
		}
	}
	return nil
}

// writeShares writes the shares of first labels as grey pictures: one, or with raster.ClassField in the name one a class.
func (s *source) writeShares(file string, h, w int, shares []float32) error {
	files := raster.ClassFiles(file, safeNames(s.classes))
	for k, name := range files {
		f := raster.NewFloat(h, w, 1)
		for i := range f.Pix {
			f.Pix[i] = shares[i*len(files)+k]
		}
		if err := raster.WritePNG(name, f.Image()); err != nil {
			return err
		}
	}
	return nil
}

// safeNames returns names of classes as parts of files' names.
func safeNames(classes []string) (list []string) {
	safe := strings.NewReplacer("/", "_", string(filepath.Separator), "_")
	for _, name := range classes {
		list = append(list, safe.Replace(name))
	}
	return list
}

// labelsName returns the name of what writeLabels writes.
func labelsName(cfg *config.Config, base, kind string) string {
	if task(cfg) == metric.Multilabel {
		return base + "-" + kind + "-" + raster.ClassField + ".png"
	}
	return base + "-" + kind + ".png"
}

// fillIgnored returns the value that what a transform brings in from outside has in masks that shown returns, -1 for 0.
func fillIgnored(cfg *config.Config) int {
	if ignored(cfg) < 0 {
		return -1
	}
	return shownIgnored(cfg)
}
