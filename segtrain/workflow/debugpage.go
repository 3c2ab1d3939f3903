package workflow

import (
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"strings"

	"tessera/segtrain/raster"
	"tessera/segtrain/record"
	"tessera/segtrain/report"
)

// A picture is a sample as the network gets it, to be looked at.
type picture struct {
	kind, id string
	image    *raster.Image
	mask     *raster.Mask
	colors   []color.RGBA // of the mask's values
}

// show keeps a normalised sample [H, W, C] as a picture.
func (d *debugger) show(kind, id string, f *raster.Float, m *raster.Mask, colors []color.RGBA) {
	plain := raster.NewFloat(f.H, f.W, f.C)
	for i, v := range f.Pix {
		c := i % f.C
		mean, std := d.cfg.Data.Mean[c], d.cfg.Data.Std[c]
		plain.Pix[i] = float32(float64(float64(v)*std) + mean)
	}
	d.pictures = append(d.pictures, picture{kind, id, plain.Image(), m, colors})
}

// writePictures writes each picture beside itself under its mask.
func (d *debugger) writePictures() error {
	dir := d.path(PictureFolder)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("writing pictures: %w", err)
	}
	for _, p := range d.pictures {
		name := fmt.Sprintf("%s-%s.png", strings.ReplaceAll(p.id, "/", "_"), p.kind)
		panels := raster.SideBySide(p.image, nil, p.mask, p.colors, shownIgnored(d.cfg))
		if err := raster.WritePNG(filepath.Join(dir, name), panels); err != nil {
			return fmt.Errorf("writing pictures: %w", err)
		}
	}
	return nil
}

// writeDebugReport writes the page of a debug run, and its pictures.
func (d *debugger) writeDebugReport() error {
	if err := d.writePictures(); err != nil {
		return err
	}
	c, r := d.cfg, d.result
	page := report.Debug{
		Title: d.name(), Passed: r.Passed, Palette: d.source.palette, Ignore: shownIgnored(c), Classes: d.source.classes,
		Subtitle: fmt.Sprintf("%s with %s, tested on %d of %d images of %d×%d", c.Model.Arch.Name, c.Model.Encoder, r.Images,
			len(d.source.train), c.Data.Size[0], c.Data.Size[1]),
		Config: string(c.Marshal()),
	}
	for _, x := range r.Checks {
		page.Checks = append(page.Checks, report.Check{Name: x.Name, Verdict: string(x.Verdict), Text: x.Text, Cures: x.Cures})
	}
	for i, loss := range d.timing.losses {
		page.Steps = append(page.Steps, report.Step{Step: i + 1, Loss: loss, LR: c.Optim.LR})
	}
	for _, p := range d.pictures {
		page.Pictures = append(page.Pictures, report.Picture{ID: p.id, Kind: p.kind, Image: p.image, Mask: p.mask,
			Palette: p.colors})
	}
	return report.WriteDebug(d.path(record.ReportFile), page)
}
