package workflow

import (
	"image/color"
	"slices"

	"tessera/nn/decoder"
	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
)

// task returns what a pixel of a configuration can be.
func task(cfg *config.Config) metric.Task { return metric.Task(cfg.Task) }

// overlapping returns the names of classes that may overlap, nil if a pixel has one label.
func overlapping(cfg *config.Config, classes []string) []string {
	if task(cfg) == metric.Multilabel {
		return classes
	}
	return nil
}

// values returns how many values a label can have, for a number of classes.
func values(cfg *config.Config, classes int) int {
	if task(cfg) == metric.Binary {
		return 2
	}
	return classes
}

// classColors returns the color of each class. A binary mask has two, the first of what is not there.
func classColors(cfg *config.Config, classes int) []color.RGBA {
	if colors := colorsOf(cfg.Data.Mask.Colors); task(cfg) == metric.Binary && len(colors) > 1 {
		return colors[1:2]
	}
	return palette(cfg, classes)
}

// shownIgnored returns the value that does not count in masks that shownMasks returns, -1 for none.
func shownIgnored(cfg *config.Config) int {
	if task(cfg) == metric.Multilabel {
		return raster.NoFlags
	}
	return ignored(cfg)
}

// choose writes the class of each pixel that a configuration's task makes of probabilities, or the flags.
func choose(cfg *config.Config, classes int, probabilities []float32, chosen []uint8) {
	if cfg.Flags() {
		metric.Threshold(limits(cfg), probabilities, chosen)
	} else {
		decoder.Argmax(classes, probabilities, chosen)
	}
}

// shownLabels returns labels of h×w pixels, as data.Dataset.LoadLabels gives them, as masks to be shown, and the colors of their
// values. See shownIgnored for the value that does not count.
func shownLabels(cfg *config.Config, palette []color.RGBA, h, w int, lists ...[]uint8) (masks []*raster.Mask, colors []color.RGBA) {
	if task(cfg) == metric.Multilabel {
		var flags []*raster.Flags
		for _, labels := range lists {
			flags = append(flags, raster.FlagsOf(h, w, len(palette), labels, ignored(cfg)))
		}
		return raster.Combined(palette, flags...)
	}
	for _, labels := range lists {
		masks = append(masks, &raster.Mask{H: h, W: w, Pix: labels})
	}
	if task(cfg) == metric.Binary {
		palette = []color.RGBA{{}, palette[0]}
	}
	return masks, palette
}

// shownMasks returns the truth of an image and a prediction of the network's size, both as masks of the image's size, and
// the colors of their values.
func (s *session) shownMasks(ds *data.Dataset, index int, labels []uint8) (
	truth, prediction *raster.Mask, colors []color.RGBA, err error,
) {
	h, w, _ := ds.Shape()
	if task(s.cfg) != metric.Multilabel {
		if _, truth, err = ds.Load(index); err != nil {
			return nil, nil, nil, err
		}
		prediction, err = ds.RestoreMask(index, &raster.Mask{H: h, W: w, Pix: slices.Clone(labels)})
		colors = s.source.palette
		if task(s.cfg) == metric.Binary {
			colors = []color.RGBA{{}, colors[0]}
		}
		return truth, prediction, colors, err
	}
	there, err := ds.LoadFlags(index)
	if err != nil {
		return nil, nil, nil, err
	}
	found, err := ds.RestoreFlags(index, raster.FlagsOf(h, w, ds.Labels(), labels, -1))
	if err != nil {
		return nil, nil, nil, err
	}
	masks, colors := raster.Combined(s.source.palette, there, found)
	return masks[0], masks[1], colors, nil
}
