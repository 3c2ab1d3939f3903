package data

import (
	"fmt"

	"tessera/segtrain/raster"
)

// checkFlags says what is wrong with masks whose classes may overlap.
func (o *Options) checkFlags(m Manifest) error {
	o.MaskCode.Classes = len(o.Overlapping)
	if err := o.MaskCode.CheckFlags(); err != nil {
		return err
	}
	for _, r := range m {
		if r.Mask == "" {
			continue
		}
		if err := o.MaskCode.CheckPath(r.Mask); err != nil {
			return err
		}
	}
	return nil
}

// fillMask is what a mask in memory holds where a picture ends, -1 if nothing is ignored.
func (o *Options) fillMask() int {
	if o.Overlapping != nil && o.MaskCode.Ignore >= 0 {
		return raster.NoFlags
	}
	return o.MaskCode.Ignore
}

// Labels is the number of labels that a pixel of a sample's mask has: one, or one for each class that may overlap.
func (d *Dataset) Labels() int { return max(1, len(d.opt.Overlapping)) }

// Files returns the paths of a record: its image and its masks.
func (d *Dataset) Files(index int) []string {
	r := d.records[index]
	if r.Mask == "" {
		return []string{r.Image}
	}
	return append([]string{r.Image}, raster.ClassFiles(r.Mask, d.opt.Overlapping)...)
}

// LoadFlags returns a record's flags, in the files' own size; nil where it has no mask, and where classes do not overlap.
// They may be shared: do not write to them. Errors name the file.
func (d *Dataset) LoadFlags(index int) (*raster.Flags, error) {
	p, err := d.load(index)
	if err != nil {
		return nil, err
	}
	return p.flags, nil
}

// LoadLabels returns the labels of a record in the files' own size: a class index a pixel, or a flag for each pixel and
// class that may overlap. A record without a mask is ignored everywhere. They may be shared: do not write to them. Errors name
// the file.
func (d *Dataset) LoadLabels(index int) ([]uint8, error) {
	p, err := d.load(index)
	if err != nil {
		return nil, err
	}
	if p.mask != nil {
		return p.mask.Pix, nil
	}
	labels := make([]uint8, p.image.H*p.image.W*d.Labels())
	if p.flags != nil {
		p.flags.Labels(d.opt.MaskCode.Ignore, labels)
		return labels, nil
	}
	for i := range labels {
		labels[i] = uint8(d.opt.MaskCode.Ignore)
	}
	return labels, nil
}

// RestoreFlags is RestoreMask for flags.
func (d *Dataset) RestoreFlags(index int, f *raster.Flags) (*raster.Flags, error) {
	op, err := d.unfit(index)
	if err != nil {
		return nil, err
	}
	return f.Apply(op.Mask), nil
}

func (d *Dataset) decodeFlags(r Record, h, w int) (*raster.Flags, error) {
	f, err := raster.ReadFlags(r.Mask, d.opt.Overlapping, d.opt.MaskCode)
	if err != nil {
		return nil, err
	}
	if f.H != h || f.W != w {
		return nil, fmt.Errorf("mask %s has %d×%d pixels, but its image %s has %d×%d", r.Mask, f.H, f.W, r.Image, h, w)
	}
	return r.hideFlags(f)
}
