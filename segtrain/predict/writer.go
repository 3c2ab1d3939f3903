package predict

import (
	"errors"
	"fmt"
	"image/color"
	"io"
	"os"
	"path"
	"path/filepath"

	"tessera/segtrain/data"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
)

// WriterOptions say which files a Writer makes.
type WriterOptions struct {
	Dir     string        // made where it is missing
	Classes int           // of the model, 1 to 256
	Masks   raster.Coding // IndexCode, which is also empty: 8-bit grey; PaletteCode: with the colours of Palette
	Task    metric.Task   // empty is metric.Multiclass

	// Names are those of the classes, which a multilabel task has folders for.
	Names []string

	// Palette has a colour for each class, nil is raster.Palette. Overlays blends it over the pictures.
	Palette  []color.RGBA
	Ignore   int // class that overlays leave out, -1 for none
	Overlays bool
}

// overlayAlpha is how much of a colour an overlay has.
const overlayAlpha = 0.5

// A Writer writes the results of a data set's pictures below a folder, each under its picture's ID, so
// sub-folders stay:
//
//	masks/ID.png            class indices; 0 and 255 of a binary task
//	masks/CLASS/ID.png      of a multilabel task: 0 and 255
//	overlays/ID.png         the picture with its classes in colour, if asked for
//	probabilities/ID.npy    H×W×classes of float32 for NumPy, if results have them
//
// A file is there whole or not at all. One that is there already is replaced.
type Writer struct {
	ds  *data.Dataset
	opt WriterOptions

	said []spokenOf // what the classification head said of the pictures that were written
}

// NewWriter checks the options and makes the folder of masks. Nothing else is written before Write.
//
// Errors: options that contradict each other, two pictures with one ID, an ID that is not a path below the
// folder, an output that would replace a picture or a mask of the data set, a folder that cannot be made.
func NewWriter(ds *data.Dataset, opt WriterOptions) (*Writer, error) {
	if opt.Masks == "" {
		opt.Masks = raster.IndexCode
	}
	if err := opt.check(); err != nil {
		return nil, fmt.Errorf("predictions: %w", err)
	}
	if opt.Palette == nil {
		opt.Palette = raster.Palette(opt.Classes)
	}
	w := &Writer{ds: ds, opt: opt}
	if err := errors.Join(w.checkIDs(), w.checkInputs()); err != nil {
		return nil, fmt.Errorf("predictions in %s: %w", opt.Dir, err)
	}
	if err := os.MkdirAll(filepath.Join(opt.Dir, "masks"), 0o777); err != nil {
		return nil, fmt.Errorf("predictions: %w", err)
	}
	return w, nil
}

func (o WriterOptions) check() error {
	if o.Classes < 1 || o.Classes > 256 {
		return fmt.Errorf("%d classes; allowed: 1 to 256", o.Classes)
	}
	if o.Task == metric.Multilabel {
		if err := o.checkNames(); err != nil {
			return err
		}
	}
	if o.Masks != raster.IndexCode && o.Masks != raster.PaletteCode {
		return fmt.Errorf("masks: no %q; there are: %s, %s", o.Masks, raster.IndexCode, raster.PaletteCode)
	}
	if n := len(o.Palette); o.Palette != nil && (n < o.Classes || n > 256) {
		return fmt.Errorf("a palette of %d colours for %d classes; allowed: %[2]d to 256", n, o.Classes)
	}
	return nil
}

// checkIDs makes sure that every record has files of its own.
func (w *Writer) checkIDs() error {
	images := map[string]string{} // by ID
	for i := range w.ds.Len() {
		r := w.ds.Record(i)
		if !filepath.IsLocal(filepath.FromSlash(r.ID)) {
			return fmt.Errorf("ID %q of %s is not a path below the folder", r.ID, r.Image)
		}
		id := path.Clean(r.ID)
		if other, twice := images[id]; twice {
			return fmt.Errorf("%s and %s are both %q: their files would be the same", other, r.Image, id)
		}
		images[id] = r.Image
	}
	return nil
}

// checkInputs makes sure that no output replaces a file of the data set.
func (w *Writer) checkInputs() error {
	inputs := map[string]bool{}
	for i := range w.ds.Len() {
		r := w.ds.Record(i)
		inputs[absolute(r.Image)], inputs[absolute(r.Mask)] = true, true
		for _, file := range w.ds.Files(i) {
			inputs[absolute(file)] = true
		}
	}
	for i := range w.ds.Len() {
		id := w.ds.Record(i).ID
		for _, out := range append(w.masks(id), w.overlay(id)) {
			if inputs[absolute(out)] {
				return fmt.Errorf("%s is a file of the data set and would be replaced: choose another folder", out)
			}
		}
	}
	return nil
}

// absolute returns a path that can be compared; without a working folder, the path as it is.
func absolute(name string) string {
	if abs, err := filepath.Abs(name); err == nil {
		return abs
	}
	return filepath.Clean(name)
}

func (w *Writer) mask(id string) string    { return w.file("masks", id, ".png") }
func (w *Writer) overlay(id string) string { return w.file("overlays", id, ".png") }

func (w *Writer) file(kind, id, ext string) string {
	return filepath.Join(w.opt.Dir, kind, filepath.FromSlash(id)+ext)
}

// Write writes the files of one result; it is what Predictor.Run may call. A class beyond the options' is
// an error.
func (w *Writer) Write(r Result) error {
	if err := w.checkClasses(r); err != nil {
		return fmt.Errorf("predictions: %s: %w", r.ID, err)
	}
	if r.Said != nil {
		w.said = append(w.said, spokenOf{r.ID, r.Said})
	}
	if err := w.writeMask(r); err != nil {
		return fmt.Errorf("predictions: %w", err)
	}
	if w.opt.Overlays {
		if err := w.writeOverlay(r); err != nil {
			return fmt.Errorf("predictions: %w", err)
		}
	}
	if r.Probabilities == nil {
		return nil
	}
	err := write(w.file("probabilities", r.ID, ".npy"), func(to io.Writer) error {
		return encodeNPY(to, r.Probabilities)
	})
	if err != nil {
		return fmt.Errorf("predictions: %w", err)
	}
	return nil
}

func (w *Writer) writeMask(r Result) error {
	if w.opt.Task.Flags() {
		return w.writeFlags(r)
	}
	var palette []color.RGBA
	if w.opt.Masks == raster.PaletteCode {
		palette = w.opt.Palette
	}
	return write(w.mask(r.ID), func(to io.Writer) error { return raster.EncodeMask(to, r.Classes, palette) })
}

func (w *Writer) writeOverlay(r Result) error {
	picture, _, err := w.ds.Load(r.Index)
	if err != nil {
		return err
	}
	mask, palette, ignore := w.shown(r)
	overlay := raster.Overlay(picture, mask, palette, overlayAlpha, ignore)
	return write(w.overlay(r.ID), func(to io.Writer) error { return raster.EncodePNG(to, overlay) })
}

// write makes the folder of a file and writes it as raster.WriteFile does.
func write(name string, encode func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	return raster.WriteFile(name, encode)
}
