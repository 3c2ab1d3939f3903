package data

import (
	"tessera/segtrain/augment"
	"tessera/segtrain/raster"
)

// Size returns the size of a record's image file, from its header if the file was not decoded before.
func (d *Dataset) Size(index int) (h, w int, err error) {
	if tile := d.records[index].Tile; tile != nil {
		return tile.H, tile.W, nil
	}
	if s := d.sizes[index].Load(); s != 0 {
		return int(s >> 32), int(s & 0xffffffff), nil
	}
	info, err := raster.Probe(d.records[index].Image)
	if err != nil {
		return 0, 0, err
	}
	d.sizes[index].Store(int64(info.H)<<32 | int64(info.W))
	return info.H, info.W, nil
}

// Restore brings a prediction for a record, H×W with any number of channels (probabilities, say), back to the
// size of the record's image: a letterbox's border is cut off and the rest resized, bilinearly where it
// grows. Augmentation is not undone; it panics when p is not H×W.
func (d *Dataset) Restore(index int, p *raster.Float) (*raster.Float, error) {
	op, err := d.unfit(index)
	if err != nil {
		return nil, err
	}
	return op.Image(p), nil
}

// RestoreMask is Restore for class indices, which take the nearest pixel. Restoring probabilities and
// choosing the class afterwards gives smoother outlines.
func (d *Dataset) RestoreMask(index int, m *raster.Mask) (*raster.Mask, error) {
	op, err := d.unfit(index)
	if err != nil {
		return nil, err
	}
	return op.Mask(m), nil
}

func (d *Dataset) unfit(index int) (augment.Op, error) {
	h, w, err := d.Size(index)
	if err != nil {
		return nil, err
	}
	return d.fit(h, w).(augment.Inverter).Inverse(), nil
}

// Fit returns the op that brings a record's image to the size of samples, ahead of augmentation.
func (d *Dataset) Fit(index int) (augment.Op, error) {
	h, w, err := d.Size(index)
	if err != nil {
		return nil, err
	}
	return d.fit(h, w), nil
}

// Normal returns the mean and the deviation of each channel that samples are normalised with; empty are 0 and 1.
func (d *Dataset) Normal() (mean, std []float32) { return d.opt.Mean, d.opt.Std }
