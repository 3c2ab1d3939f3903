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
		code := o.MaskCode
		if r.Code != nil {
			code = *r.Code
		}
		if err := code.CheckPath(r.Mask); err != nil {
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
	files := append([]string{r.Image}, raster.ClassFiles(r.Mask, d.opt.Overlapping)...)
	if r.Soft != nil {
		files = append(files, r.Soft.files(d.opt.Overlapping)...)
	}
	return files
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

// ReadFlags is ReadMask for classes that may overlap, of which names are the names. What is drawn has class 0 where there is
// none of them, and classes from 1 on.
func (r Record) ReadFlags(names []string, code raster.MaskCode, h, w int) (*raster.Flags, error) {
	switch {
	case r.Drawn != nil:
		f, err := r.Drawn.Flags(h, w, len(names), code.Ignore)
		if err != nil {
			return nil, fmt.Errorf("image %s: %w", r.Image, err)
		}
		return f, nil
	case r.Mask == "":
		return nil, nil
	}
	if r.Code != nil {
		code = *r.Code
	}
	f, err := raster.ReadFlags(r.Mask, names, code)
	if err != nil {
		return nil, err
	}
	if f.H != h || f.W != w {
		return nil, fmt.Errorf("mask %s has %d×%d pixels, but its image %s has %d×%d", r.Mask, f.H, f.W, r.Image, h, w)
	}
	return r.hideFlags(f)
}

// Flags draws the regions for a picture of h×w as flags of so many classes, of which region class 1 is the first. Where a
// region of class ignore lies, and where that is the background and no region, nothing counts.
//
// Errors are those of Mask.
func (d *Drawn) Flags(h, w, classes, ignore int) (*raster.Flags, error) {
	labels := make([]uint8, h*w*classes)
	if int(d.Background) == ignore {
		fill(labels, uint8(ignore))
	}
	order := []int{0} // what does not count lies on top
	for class := 1; class <= classes; class++ {
		order = append(order, class)
	}
	for _, class := range append(order, ignore) {
		one := *d
		one.Background, one.Regions = 0, nil
		for _, r := range d.Regions {
			if int(r.Class) == class {
				r.Class = 1
				one.Regions = append(one.Regions, r)
			}
		}
		if class > 0 && len(one.Regions) == 0 {
			continue
		}
		m, err := one.Mask(h, w) // of class 0 always: it checks the size
		if err != nil {
			return nil, err
		}
		paint(labels, m.Pix, classes, class, ignore)
	}
	return raster.FlagsOf(h, w, classes, labels, ignore), nil
}

// paint writes the flag of a class, counted from 1, or 0 or ignore to all of them, where a mask is 1.
func paint(labels, mask []uint8, classes, class, ignore int) {
	for i, in := range mask {
		switch {
		case in == 0:
		case class == 0 || class == ignore:
			fill(labels[i*classes:][:classes], uint8(class))
		default:
			labels[i*classes+class-1] = 1
		}
	}
}

func fill(x []uint8, v uint8) {
	for i := range x {
		x[i] = v
	}
}
