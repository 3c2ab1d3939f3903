package predict

import (
	"errors"
	"fmt"
	"image/color"
	"io"
	"path"
	"path/filepath"
	"strings"

	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
)

// checkNames makes sure that every class can have a folder of its own.
func (o WriterOptions) checkNames() error {
	if len(o.Names) != o.Classes {
		return fmt.Errorf("%d names for %d classes", len(o.Names), o.Classes)
	}
	seen := map[string]bool{}
	for _, name := range o.Names {
		if strings.ContainsAny(name, `/\`) || name == "." || !filepath.IsLocal(name) {
			return fmt.Errorf("class %q cannot be the name of a folder of masks", name)
		}
		folded := strings.ToLower(name)
		if seen[folded] {
			return fmt.Errorf("class %q: another differs from it in capitals only, and both would be one folder on some systems", name)
		}
		seen[folded] = true
	}
	return nil
}

// masks returns the files that the classes of a picture go to.
func (w *Writer) masks(id string) []string {
	if w.opt.Task != metric.Multilabel {
		return []string{w.mask(id)}
	}
	list := make([]string, w.opt.Classes)
	for k, name := range w.opt.Names {
		list[k] = w.file(path.Join("masks", name), id, ".png")
	}
	return list
}

// checkClasses makes sure that a result is one of the task and has no class beyond the options'.
func (w *Writer) checkClasses(r Result) error {
	if w.opt.Task == metric.Multilabel {
		if r.Flags == nil || r.Flags.Classes != w.opt.Classes {
			return fmt.Errorf("no flags of %d classes", w.opt.Classes)
		}
		return nil
	}
	if r.Classes == nil {
		return errors.New("no classes")
	}
	allowed := w.opt.Classes
	if w.opt.Task == metric.Binary {
		allowed = 2
	}
	for i, class := range r.Classes.Pix {
		if int(class) >= allowed {
			return fmt.Errorf("class %d at pixel (x %d, y %d); allowed: 0 to %d",
				class, i%r.Classes.W, i/r.Classes.W, allowed-1)
		}
	}
	return nil
}

// writeFlags writes a mask of 0 and 255 for each class.
func (w *Writer) writeFlags(r Result) error {
	for k, file := range w.masks(r.ID) {
		m := r.Classes
		if r.Flags != nil {
			m = r.Flags.Class(k, -1)
		}
		white := raster.NewMask(m.H, m.W)
		for i, v := range m.Pix {
			white.Pix[i] = 255 * v
		}
		if err := write(file, func(to io.Writer) error { return raster.EncodeMask(to, white, nil) }); err != nil {
			return err
		}
	}
	return nil
}

// shown returns what an overlay draws: where a task has flags, what is of no class stays as it is.
func (w *Writer) shown(r Result) (m *raster.Mask, palette []color.RGBA, ignore int) {
	switch w.opt.Task {
	case metric.Multilabel:
		masks, colors := raster.Combined(w.opt.Palette, r.Flags)
		return masks[0], colors, -1
	case metric.Binary:
		return r.Classes, []color.RGBA{{}, w.opt.Palette[0]}, -1
	}
	return r.Classes, w.opt.Palette, w.opt.Ignore
}
