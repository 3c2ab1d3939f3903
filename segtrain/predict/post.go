package predict

import (
	"fmt"

	"tessera/segtrain/data"
	"tessera/segtrain/raster"
)

// masks fills in the classes or the flags of a picture: by Post, if results are of the pictures' own sizes, whose areas its
// steps count in.
func (p *Predictor) masks(r *Result, full *raster.Float, ds *data.Dataset) error {
	if p.undecided {
		return nil
	}
	full = p.gated(r, full)
	if p.Post == nil || p.NetworkSize {
		p.choose(r, full)
		return nil
	}
	var err error
	r.Classes, r.Flags, err = p.Post.Apply(full, func() (*raster.Image, error) {
		im, _, err := ds.Load(r.Index)
		return im, err
	})
	if err != nil {
		return fmt.Errorf("image %s: %w", r.ID, err)
	}
	return nil
}
