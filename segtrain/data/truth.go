package data

import (
	"fmt"

	"tessera/segtrain/raster"
)

// Labelled tells whether a record has a mask, in a file or drawn.
func (r Record) Labelled() bool { return r.Mask != "" || r.Drawn != nil }

// MaskName says where the mask is, for messages.
func (r Record) MaskName() string {
	if r.Drawn != nil {
		return r.Drawn.Source
	}
	return r.Mask
}

// ReadMask returns the mask of an image of h×w, nil for a record without one. Files are coded as code says, unless the
// record says otherwise; what is drawn has classes already.
//
// Errors name the file: one that cannot be read, regions that cannot be drawn, a mask of another size.
func (r Record) ReadMask(code raster.MaskCode, h, w int) (*raster.Mask, error) {
	switch {
	case r.Drawn != nil:
		m, err := r.Drawn.Mask(h, w)
		if err != nil {
			return nil, fmt.Errorf("image %s: %w", r.Image, err)
		}
		return m, nil
	case r.Mask == "":
		return nil, nil
	}
	if r.Code != nil {
		code = *r.Code
	}
	m, err := raster.ReadMask(r.Mask, code)
	if err != nil {
		return nil, err
	}
	if m.H != h || m.W != w {
		return nil, fmt.Errorf("mask %s has %d×%d pixels, but its image %s has %d×%d", r.Mask, m.H, m.W, r.Image, h, w)
	}
	return m, nil
}
