package data

import (
	"fmt"
	"io"

	"tessera/segtrain/augment"
	"tessera/segtrain/raster"
)

// Rows reads a record's picture from the top down, at its own size and normalised as samples are. A large TIFF is never in memory
// as a whole: see raster.OpenBands.
type Rows struct {
	H, W int

	ds      *Dataset
	path    string
	bands   *raster.Bands
	band    *raster.Image
	next    int // row of the band
	scratch raster.Float
}

// Rows opens a record's picture; Close must be called. Errors name the file.
func (d *Dataset) Rows(index int) (*Rows, error) {
	r := &Rows{ds: d, path: d.records[index].Image}
	p, err := d.cache.get(d.files[index]), error(nil)
	if d.records[index].Tile != nil {
		p, err = d.load(index)
	}
	if err != nil {
		return nil, err
	}
	if p != nil {
		r.bands = raster.BandsOf(p.image)
	} else if r.bands, err = raster.OpenBands(r.path); err != nil {
		return nil, err
	}
	r.H, r.W = r.bands.H, r.bands.W
	if d.records[index].Tile == nil {
		d.sizes[index].Store(int64(r.H)<<32 | int64(r.W))
	}
	return r, nil
}

// Read writes the next row to dst, W·C values. There are H of them.
func (r *Rows) Read(dst []float32) error {
	if r.band == nil || r.next == r.band.H {
		band, err := r.bands.Next()
		if err == io.EOF {
			err = fmt.Errorf("image %s: no more rows than %d", r.path, r.H)
		}
		if err != nil {
			return err
		}
		if !raster.Convertible(band.C, r.ds.opt.C) {
			return fmt.Errorf("image %s has %d channels; allowed: %d", r.path, band.C, r.ds.opt.C)
		}
		r.band, r.next = band, 0
	}
	row := raster.Image{H: 1, W: r.W, C: r.band.C}
	from, n := r.next*r.W*r.band.C, r.W*r.band.C
	if r.band.Pix16 != nil {
		row.Pix16 = r.band.Pix16[from:][:n]
	} else {
		row.Pix8 = r.band.Pix8[from:][:n]
	}
	r.next++
	row.Channels(r.ds.opt.C).FloatInto(&r.scratch)
	r.ds.normalise(dst[:r.W*r.ds.opt.C], r.scratch.Pix)
	return nil
}

// Close closes the file.
func (r *Rows) Close() error { return r.bands.Close() }

// Reduce brings a prediction at the size of a record's image, with any number of channels, to the size of samples: what Restore
// takes back. A letterbox's border is zero.
func (d *Dataset) Reduce(p *raster.Float) *raster.Float {
	if d.opt.Fit == Letterbox {
		return augment.Letterbox{Height: d.opt.H, Width: d.opt.W}.Draw(nil, p.H, p.W).Image(p)
	}
	return raster.ResizeFloat(p, d.opt.H, d.opt.W)
}
