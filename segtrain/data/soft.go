package data

import (
	"fmt"

	"tessera/kernels"
	"tessera/segtrain/raster"
)

// Soft are the files of a record whose pixels have two labels: the second ones, coded as the mask, and pictures of one channel with the
// share of the mask's, in 255ths. The rest is that of the second. A pixel counts if neither label is ignored.
type Soft struct{ Second, Share string }

// softMask is what the files of Soft hold.
type softMask struct{ second, share *raster.Mask }

// readSoft returns the second labels of an image of h×w, nil for a record without. Errors name the file.
func (r Record) readSoft(code raster.MaskCode, h, w int) (*softMask, error) {
	if r.Soft == nil {
		return nil, nil
	}
	if r.Code != nil {
		code = *r.Code
	}
	second, err := raster.ReadMask(r.Soft.Second, code)
	if err != nil {
		return nil, err
	}
	share, err := raster.ReadMask(r.Soft.Share, raster.MaskCode{Coding: raster.IndexCode, Classes: 256, Ignore: -1})
	if err != nil {
		return nil, err
	}
	for i, m := range []*raster.Mask{second, share} {
		if m.H != h || m.W != w {
			return nil, fmt.Errorf("soft label %s has %d×%d pixels, but its image %s has %d×%d",
				[]string{r.Soft.Second, r.Soft.Share}[i], m.H, m.W, r.Image, h, w)
		}
	}
	return &softMask{second, share}, nil
}

// bytes is what it takes in a cache.
func (s *softMask) bytes() int {
	if s == nil {
		return 0
	}
	return len(s.second.Pix) + len(s.share.Pix)
}

// apply changes both alike.
func (s *softMask) apply(change func(*raster.Mask) *raster.Mask) *softMask {
	if s == nil {
		return nil
	}
	return &softMask{change(s.second), change(s.share)}
}

// write writes second labels and shares of the first; where there are none, the labels themselves, which have all.
func (s *softMask) write(labels, second []uint8, share []float32) {
	if s == nil {
		copy(second, labels)
		kernels.Fill(1, share)
		return
	}
	copy(second, s.second.Pix)
	for i, v := range s.share.Pix {
		share[i] = float32(v) / 255
	}
}

// Soft tells whether pixels of any record have two labels, so that a Loader's batches say both.
func (d *Dataset) Soft() bool { return d.soft }
