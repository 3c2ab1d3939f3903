package data

import (
	"fmt"
	"slices"

	"tessera/segtrain/raster"
)

// Hidden is a part of a mask that does not count: a box x0, y0, x1, y1 in pixels, or, where it is set, the pixels of a file that are
// not 0.
type Hidden struct {
	Box    [4]int
	Pixels string
}

// hide returns a mask with the record's hidden parts set to a value. The mask itself stays as it is.
func (r Record) hide(m *raster.Mask, value uint8) (*raster.Mask, error) {
	if len(r.Hidden) == 0 || m == nil {
		return m, nil
	}
	out := &raster.Mask{H: m.H, W: m.W, Pix: slices.Clone(m.Pix)}
	for _, h := range r.Hidden {
		if h.Pixels != "" {
			if err := h.file(out, value); err != nil {
				return nil, err
			}
			continue
		}
		if h.Box[2] > m.W || h.Box[3] > m.H {
			return nil, fmt.Errorf("image %s: box %v to be ignored reaches out of %d×%d pixels", r.Image, h.Box, m.H, m.W)
		}
		for y := h.Box[1]; y < h.Box[3]; y++ {
			for x := h.Box[0]; x < h.Box[2]; x++ {
				out.Pix[y*m.W+x] = value
			}
		}
	}
	return out, nil
}

// file hides the pixels of a file.
func (h Hidden) file(out *raster.Mask, value uint8) error {
	p, err := raster.ReadMask(h.Pixels, raster.MaskCode{Coding: raster.IndexCode, Classes: 256, Ignore: -1})
	if err != nil {
		return err
	}
	if p.H != out.H || p.W != out.W {
		return fmt.Errorf("mask %s has %d×%d pixels, but what it hides %d×%d", h.Pixels, p.H, p.W, out.H, out.W)
	}
	for i, v := range p.Pix {
		if v != 0 {
			out.Pix[i] = value
		}
	}
	return nil
}

// hideFlags is hide for flags.
func (r Record) hideFlags(f *raster.Flags) (*raster.Flags, error) {
	out := &raster.Flags{H: f.H, W: f.W, Classes: f.Classes}
	for _, p := range f.Planes {
		p, err := r.hide(p, raster.NoFlags)
		if err != nil {
			return nil, err
		}
		out.Planes = append(out.Planes, p)
	}
	return out, nil
}
