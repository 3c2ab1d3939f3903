package workflow

import (
	"fmt"

	"tessera/segtrain/data"
	"tessera/segtrain/raster"
)

// checkOutlines compares the outlines of the sample, raw and augmented, and keeps pictures of some: augmented ones of two
// epochs, since one alone may happen to be left as it is.
func (d *debugger) checkOutlines(m data.Manifest) error {
	raw, err := d.source.dataset(d.cfg, m, nil)
	if err != nil {
		return err
	}
	augmented, err := d.source.dataset(d.cfg, m, d.parts.augment)
	if err != nil {
		return err
	}
	plain := newOutlines(shownIgnored(d.cfg))
	changed := newOutlines(shownIgnored(d.cfg))
	every := max(1, len(m)/debugPictures)
	for i := range m {
		shown := i%every == 0 && i/every < debugPictures
		if err := d.sample(raw, "raw", 0, i, shown, plain); err != nil {
			return err
		}
		for epoch := range 2 {
			if epoch > 0 && !shown {
				break
			}
			if err := d.sample(augmented, fmt.Sprintf("augmented-%d", epoch+1), epoch, i, shown, changed); err != nil {
				return err
			}
		}
	}
	d.add(d.milder(plain.judge("outlines")))
	c := d.milder(changed.judge("augmented"))
	if c.Verdict == Fail || c.Verdict == Warn {
		c.Cures = append(c.Cures, "if the raw outlines pass: a transform of augment moves image and mask apart, or hides what is to "+
			"be seen")
	}
	d.add(c)
	return nil
}

// milder makes a failure a warning where labels are flags: outlines are those of few classes or one then, and the edges of all that
// these are not may well be stronger.
func (d *debugger) milder(c Check) Check {
	if d.cfg.Flags() && c.Verdict == Fail {
		c.Verdict = Warn
	}
	return c
}

// sample makes a sample of a record and adds it to the outlines and, if it is to be shown, to the pictures.
func (d *debugger) sample(ds *data.Dataset, kind string, epoch, i int, shown bool, o *outlines) error {
	h, w, c := ds.Shape()
	f, labels := raster.NewFloat(h, w, c), make([]uint8, h*w*ds.Labels())
	if err := ds.Sample(epoch, i, f.Pix, labels); err != nil {
		return err
	}
	mask, colors := d.source.shown(d.cfg, h, w, labels)
	o.add(f, mask)
	if shown {
		d.show(kind, ds.Record(i).ID, f, mask, colors)
	}
	return nil
}
