package workflow

import (
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"strings"

	"tessera/segtrain/augment"
	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/raster"
	"tessera/segtrain/report"
)

// PreviewOptions say what a contact sheet of augmentation shows.
type PreviewOptions struct {
	Out     string // the PNG
	Samples int    // rows of training samples
	Draws   int    // of each
	Epoch   int    // the first that is drawn for, counted from 1
}

// A Preview tells what was drawn.
type Preview struct {
	Out  string   `json:"out"`
	Rows []string `json:"rows"` // titles
}

const (
	previewSide  = 220 // longer side of a panel at most, in pixels
	previewAlpha = 0.3 // of classes' colours over it; outlines are always drawn
)

// PreviewAugment draws a contact sheet: training samples as they come in the epochs from o.Epoch on, then the first of them by
// each transform alone, always, and a batch by each mixer alone. Classes are laid over in their colours.
func PreviewAugment(cfg *config.Config, o PreviewOptions) (*Preview, error) {
	if o.Samples < 1 || o.Draws < 1 || o.Epoch < 1 {
		return nil, fmt.Errorf("samples, draws and epoch must be 1 or more, not %d, %d and %d", o.Samples, o.Draws, o.Epoch)
	}
	p, err := build(cfg)
	if err != nil {
		return nil, err
	}
	source, clean, err := openTraining(cfg)
	if err != nil {
		return nil, err
	}
	defer clean()
	v := &preview{cfg: cfg, o: o, parts: p, source: source}
	for _, draw := range []func() error{v.samples, v.transforms, v.mixers} {
		if err := draw(); err != nil {
			return nil, err
		}
	}
	if err := raster.WritePNG(o.Out, report.Rows(v.rows)); err != nil {
		return nil, err
	}
	done := &Preview{Out: o.Out}
	for _, r := range v.rows {
		done.Rows = append(done.Rows, r.Title)
	}
	return done, nil
}

// openTraining lists the samples of a configuration as training sees them. Those of the procedural set are drawn in a folder that clean removes, unless a
// run has them.
func openTraining(cfg *config.Config) (s *source, clean func(), err error) {
	dir, clean := filepath.Join(cfg.Out, DataFolder), func() {}
	if _, missing := os.Stat(dir); cfg.Data.Kind == "synth" && (cfg.Out == "" || missing != nil) {
		if dir, err = os.MkdirTemp("", "segtrain"); err != nil {
			return nil, nil, err
		}
		clean = func() { os.RemoveAll(dir) }
	}
	if s, err = openSource(cfg, dir); err == nil {
		if _, _, err = s.amend(cfg); err == nil {
			_, err = s.openPseudo(cfg)
		}
	}
	if err != nil {
		clean()
		return nil, nil, err
	}
	return s, clean, nil
}

// preview is a contact sheet in the making.
type preview struct {
	cfg    *config.Config
	o      PreviewOptions
	parts  *parts
	source *source
	rows   []report.Row
}

func (v *preview) add(title string, panels ...*raster.Image) {
	v.rows = append(v.rows, report.Row{Title: title, Panels: panels})
}

// panel returns a picture with its classes laid over, no larger than there is room for.
func (v *preview) panel(image *raster.Image, mask *raster.Mask) *raster.Image {
	return v.painted(image, mask, v.source.colors(v.cfg), previewAlpha)
}

// labelled is panel for labels of all tasks.
func (v *preview) labelled(image *raster.Image, labels []uint8) *raster.Image {
	mask, colors := v.source.shown(v.cfg, image.H, image.W, labels)
	return v.painted(image, mask, colors, previewAlpha)
}

func (v *preview) painted(image *raster.Image, mask *raster.Mask, colors []color.RGBA, alpha float64) *raster.Image {
	if side := max(image.H, image.W); side > previewSide {
		h, w := max(1, image.H*previewSide/side), max(1, image.W*previewSide/side)
		image = raster.ResizeFloat(image.Float(), h, w).Image()
		if mask != nil {
			mask = raster.ResizeMask(mask, h, w)
		}
	}
	if mask == nil {
		return image
	}
	return raster.Overlay(image, mask, colors, alpha, shownIgnored(v.cfg))
}

// samples draws training samples, each first as it is without augmentation.
func (v *preview) samples() error {
	plain, err := v.source.samples(v.cfg, v.source.train, nil, true)
	if err != nil {
		return err
	}
	changed, err := v.source.samples(v.cfg, v.source.train, v.parts.augment, true)
	if err != nil {
		return err
	}
	n := min(v.o.Samples, plain.Len())
	for k := range n {
		index := k * plain.Len() / n
		first, err := v.sample(plain, 0, index)
		if err != nil {
			return err
		}
		panels := []*raster.Image{first}
		for d := range v.o.Draws {
			panel, err := v.sample(changed, v.o.Epoch-1+d, index)
			if err != nil {
				return err
			}
			panels = append(panels, panel)
		}
		v.add(fmt.Sprintf("%s: as it is, epochs %d to %d", plain.Record(index).ID, v.o.Epoch, v.o.Epoch+v.o.Draws-1), panels...)
	}
	return nil
}

// sample returns what a data set gives in an epoch.
func (v *preview) sample(ds *data.Dataset, epoch, index int) (*raster.Image, error) {
	h, w, c := ds.Shape()
	image, labels := make([]float32, h*w*c), make([]uint8, h*w*ds.Labels())
	if err := ds.Sample(epoch, index, image, labels); err != nil {
		return nil, err
	}
	return v.labelled(ds.Picture(image), labels), nil
}

// transforms draws a row for each transform of the configuration, by itself.
func (v *preview) transforms() error {
	list, _ := v.parts.augment.(augment.Compose)
	ds, err := v.source.samples(v.cfg, v.source.train, nil, true)
	if err != nil || len(list) == 0 {
		return err
	}
	image, _, err := ds.Load(0)
	if err != nil {
		return err
	}
	labels, err := ds.LoadLabels(0)
	if err != nil {
		return err
	}
	mask, colors := v.source.shown(v.cfg, image.H, image.W, labels)
	fitted, err := ds.Fit(0)
	if err != nil {
		return err
	}
	for i, t := range list {
		from, classes := image.Float(), mask
		if !augment.Sizes(t) {
			from, classes = fitted.Image(from), fitted.Mask(mask)
		}
		if t, err = augment.Bind(t, v.cfg.Data.Channels, fillIgnored(v.cfg)); err != nil {
			return err
		}
		if panels := v.alone(t, uint64(i), from, classes, colors); panels != nil {
			v.add(fmt.Sprintf("%s alone, always", title(list[i])), panels...)
		}
	}
	return nil
}

// alone draws a picture as it is and by a transform. Where that leaves masks as they are, outlines alone are drawn, so that one sees
// what it does to the picture. What cannot be drawn is nil: it is said in the samples' rows, if it is so for them.
func (v *preview) alone(t augment.Transform, place uint64, from *raster.Float, classes *raster.Mask, colors []color.RGBA) (panels []*raster.Image) {
	ops, alpha := []augment.Op{augment.Identity(from.H, from.W)}, 0.0
	masks := []*raster.Mask{classes}
	for d := range v.o.Draws {
		op := augment.DrawAlways(t, augment.NewRand(v.cfg.Train.Seed, place, uint64(d)), classes, from.H, from.W)
		if augment.Err(op) != nil {
			return nil
		}
		mask := op.Mask(classes)
		if mask != classes {
			alpha = previewAlpha
		}
		ops, masks = append(ops, op), append(masks, mask)
	}
	for i, op := range ops {
		panels = append(panels, v.painted(op.Image(from).Image(), masks[i], colors, alpha))
	}
	return panels
}

// title names a transform, and those that it chooses among.
func title(t augment.Transform) string {
	name := augment.NameOf(t)
	if among := augment.Parts(t); len(among) > 0 {
		var names []string
		for _, part := range among {
			names = append(names, title(part))
		}
		name += " of " + strings.Join(names, ", ")
	}
	return name
}

// mixers draws a batch by each mixer of the configuration, always.
func (v *preview) mixers() error {
	ds, err := v.source.trainingSet(v.cfg, v.parts.augment)
	if err != nil {
		return err
	}
	h, w, c := ds.Shape()
	for i, m := range v.parts.mix {
		opt := v.parts.loaderOptions(v.cfg, ds)
		opt.Mix, opt.StartEpoch = []augment.Mixer{certain{m}}, v.o.Epoch-1
		loader, err := data.NewLoader(ds, opt)
		if err != nil {
			return err
		}
		b, err := loader.Next()
		if err != nil {
			loader.Close()
			return err
		}
		var panels []*raster.Image
		for k := range min(b.N, v.o.Draws+1) {
			n := h * w * ds.Labels()
			panels = append(panels, v.labelled(ds.Picture(b.Images[k*h*w*c:]), b.Masks[k*n:][:n]))
		}
		loader.Close()
		v.add(fmt.Sprintf("%s alone, always: a batch", v.cfg.Mix[i].Name), panels...)
	}
	return nil
}

// certain is a mixer that takes place always.
type certain struct{ augment.Mixer }

func (certain) When() augment.MixWhen { return augment.MixWhen{P: 1} }

// loaderOptions are those of training.
func (p *parts) loaderOptions(cfg *config.Config, ds *data.Dataset) data.LoaderOptions {
	return data.LoaderOptions{Batch: cfg.Train.Samples(), Workers: cfg.Data.Workers, Shuffle: true, Seed: cfg.Train.Seed,
		DropLast: true, Mix: p.mix, Blend: newBlend(cfg, ds)}
}
