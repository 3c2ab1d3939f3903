package workflow

import (
	"errors"
	"fmt"
	"image/color"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
	"tessera/segtrain/split"
	"tessera/segtrain/synth"
)

// splitSeed chooses what data.val.fraction holds out. It is not train.seed: runs with several seeds are compared
// on the same images.
const splitSeed = 1

// A source is where a configuration's samples come from: records, and what their masks mean.
type source struct {
	train, val data.Manifest
	all        data.Manifest // train and val, without scale.fraction
	split      *split.Split
	fold       int // of the split: that of val
	classes    []string
	palette    []color.RGBA // a color each class, for pictures
	code       raster.MaskCode

	pseudo *pseudoLabels // to train with, nil for none: see openPseudo

	findings data.Findings // about the samples
	lenient  bool          // keep all findings, instead of failing on those that training cannot go on with
}

// openSource lists the samples of a configuration. Those of the procedural set are drawn into the folder drawn
// unless they lie there already.
func openSource(cfg *config.Config, drawn string) (*source, error) {
	s := describeSource(cfg)
	return s, s.list(cfg, drawn)
}

// list finds the samples.
func (s *source) list(cfg *config.Config, drawn string) error {
	all, err := s.records(cfg, drawn)
	if err != nil {
		return err
	}
	if err := s.divide(cfg, all); err != nil {
		return err
	}
	s.all = slices.Concat(s.train, s.val)
	s.train, s.val = light(cfg, s.train), light(cfg, s.val)
	return nil
}

// describeSource returns a source without its samples.
func describeSource(cfg *config.Config) *source {
	classes := classNames(cfg)
	return &source{
		classes: classes, palette: classColors(cfg, len(classes)), code: maskCode(cfg, values(cfg, len(classes))),
	}
}

// checkSource reports what cannot be right about a configuration's data, as far as that shows without files.
func checkSource(cfg *config.Config) error {
	if c := cfg.Data.Channels; cfg.Data.Kind == "synth" && !raster.Convertible(3, c) {
		return cfg.Mistake("data.channels", "the procedural set has 3, not %d; allowed: 1, 3, 4", c)
	}
	if n, want := len(classNames(cfg)), len(synth.Names()); cfg.Data.Kind == "synth" && n != want && !cfg.Flags() {
		return cfg.Mistake("data.classes", "the procedural set has %d classes, not %d", want, n)
	}
	check := raster.MaskCode.Check
	if task(cfg) == metric.Multilabel {
		check = raster.MaskCode.CheckFlags
	}
	if err := check(describeSource(cfg).code); err != nil {
		return cfg.Mistake("data.mask", "%v", err)
	}
	return nil
}

// classNames returns the names of the classes in the order of their indices.
func classNames(cfg *config.Config) []string {
	if len(cfg.Data.Classes) == 0 && cfg.Data.Kind == "synth" {
		return synth.Names()
	}
	return cfg.Data.Classes
}

func (s *source) records(cfg *config.Config, drawn string) (data.Manifest, error) {
	d := cfg.Data
	switch d.Kind {
	case "synth":
		return drawRecords(cfg, drawn)
	case "csv":
		m, findings, err := data.ReadTable(d.Manifest)
		if err != nil {
			return nil, located(cfg, "data.manifest", err)
		}
		if err := s.take(cfg, "data.manifest", findings); err != nil {
			return nil, err
		}
		if d.Group != "" {
			if err := m.GroupBy(regexp.MustCompile(d.Group)); err != nil {
				return nil, located(cfg, "data.group", err)
			}
		}
		return m, nil
	case "coco", "rle":
		return s.regions(cfg, "data.annotations", d.Images, d.Annotations)
	}
	return s.scan(cfg, "data.images", d.Images, d.Masks)
}

// scan lists a folder pair; key is what a mistake is about.
func (s *source) scan(cfg *config.Config, key, images, masks string) (data.Manifest, error) {
	opt := data.ScanOptions{MaskPattern: cfg.Data.Pattern, Classes: overlapping(cfg, classNames(cfg))}
	if cfg.Data.Group != "" {
		opt.Group = regexp.MustCompile(cfg.Data.Group)
	}
	m, findings, err := data.Pair(images, masks, opt)
	if err != nil {
		return nil, located(cfg, key, err)
	}
	return m, s.take(cfg, key, findings)
}

// drawRecords returns the procedural set, which it draws if it is not there.
func drawRecords(cfg *config.Config, dir string) (data.Manifest, error) {
	file := filepath.Join(dir, synth.ManifestFile)
	m, err := data.ReadCSV(file)
	if errors.Is(err, fs.ErrNotExist) {
		s := cfg.Data.Synth
		if err := synth.Write(dir, s.Count, cfg.Data.Size[0], cfg.Data.Size[1], s.Seed, nil); err != nil {
			return nil, err
		}
		m, err = data.ReadCSV(file)
	}
	if err != nil {
		return nil, err
	}
	if len(m) != cfg.Data.Synth.Count {
		return nil, fmt.Errorf("%s lists %d pictures, not %d: remove the folder to draw them anew",
			file, len(m), cfg.Data.Synth.Count)
	}
	return m, nil
}

// maskCode describes the mask files of a configuration.
func maskCode(cfg *config.Config, classes int) raster.MaskCode {
	m := cfg.Data.Mask
	code := raster.MaskCode{Coding: raster.Coding(m.Code), Classes: classes, Ignore: ignored(cfg)}
	if code.Coding == raster.PaletteCode {
		colors := colorsOf(m.Colors)
		code.Palette = colors[:min(classes, len(colors))]
		if len(colors) > classes {
			code.IgnoreColor = &colors[classes]
		}
	}
	if len(m.Map) > 0 {
		code.Map = make(map[int]uint8, len(m.Map))
		for value, class := range m.Map {
			code.Map[value] = uint8(class)
		}
	}
	return code
}

// palette returns the colors in which classes are shown: those of the configuration, of the procedural set, or
// the usual ones.
func palette(cfg *config.Config, classes int) []color.RGBA {
	switch colors := colorsOf(cfg.Data.Mask.Colors); {
	case len(colors) >= classes:
		return colors[:classes]
	case cfg.Data.Kind == "synth" && classes == len(synth.Names()):
		return synth.Palette()
	}
	return raster.Palette(classes)
}

func colorsOf(rgb [][3]int) []color.RGBA {
	colors := make([]color.RGBA, len(rgb))
	for i, c := range rgb {
		colors[i] = color.RGBA{R: uint8(c[0]), G: uint8(c[1]), B: uint8(c[2]), A: 255}
	}
	return colors
}
