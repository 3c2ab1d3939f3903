package predict

import (
	"context"

	"tessera/nn/decoder"
	"tessera/segtrain/data"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
)

// tiles predicts pictures one after the other, tile by tile.
func (p *Predictor) tiles(ctx context.Context, e *caster, ds *data.Dataset, to chan<- Result) error {
	_, _, c := ds.Shape()
	s := &slider{caster: e, tiling: p.Tiling, batch: p.Batch, c: c}
	for i := range ds.Len() {
		r, err := p.tiled(ctx, s, ds, i)
		if err != nil {
			return err
		}
		to <- r
	}
	return ctx.Err()
}

// tiled predicts one picture. Only its classes, and its probabilities if they are asked for or post-processed, are in memory as
// a whole.
func (p *Predictor) tiled(ctx context.Context, s *slider, ds *data.Dataset, index int) (Result, error) {
	rows, err := ds.Rows(index)
	if err != nil {
		return Result{}, err
	}
	defer rows.Close()
	h, w := p.Tiling.size(rows.H, rows.W)
	s.done = func(part float64) { p.progress(float64(index)+part, ds) }
	read := func(row []float32) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return rows.Read(row)
	}
	if h != rows.H || w != rows.W {
		read = resized(rows, s.c, h, w, read)
	}
	out := &rowResult{p: p, h: rows.H, w: rows.W}
	emit := out.add
	if h != rows.H || w != rows.W {
		var back *raster.RowResizer
		emit = func(row []float32) error {
			if back == nil {
				back = raster.NewRowResizer(h, w, len(row)/w, rows.H, rows.W)
			}
			return back.Push(row, out.add)
		}
	}
	if err := s.run(h, w, read, emit); err != nil {
		return Result{}, err
	}
	return out.result(ds, index, s.said)
}

// resized returns what reads the rows of a picture at h×w.
func resized(rows *data.Rows, c, h, w int, read func([]float32) error) func([]float32) error {
	shrink := raster.NewRowResizer(rows.H, rows.W, c, h, w)
	from := make([]float32, rows.W*c)
	var ready []float32 // rows that were made and not asked for yet
	return func(row []float32) error {
		for len(ready) == 0 {
			if err := read(from); err != nil {
				return err
			}
			err := shrink.Push(from, func(made []float32) error {
				ready = append(ready, made...)
				return nil
			})
			if err != nil {
				return err
			}
		}
		n := copy(row, ready[:w*c])
		ready = ready[n:]
		return nil
	}
}

// A rowResult is a result that grows from the top down.
type rowResult struct {
	p             *Predictor
	h, w, y       int
	classes       *raster.Mask
	flags         *raster.Flags
	probabilities *raster.Float
}

// add takes the probabilities of the next row.
func (o *rowResult) add(row []float32) error {
	c := len(row) / o.w
	if o.y == 0 {
		o.begin(c)
	}
	if o.whole() || o.p.Probabilities {
		copy(o.probabilities.Pix[o.y*o.w*c:], row)
	}
	switch {
	case o.whole(): // chosen in the end
	case !o.p.Task.Flags():
		decoder.Argmax(c, row, o.classes.Pix[o.y*o.w:][:o.w])
	case o.p.Task == metric.Binary:
		metric.Threshold(metric.Limits(o.p.Thresholds, c), row, o.classes.Pix[o.y*o.w:][:o.w])
	default:
		labels := make([]uint8, len(row))
		metric.Threshold(metric.Limits(o.p.Thresholds, c), row, labels)
		for k, plane := range raster.FlagsOf(1, o.w, c, labels, -1).Planes {
			copy(o.flags.Planes[k].Pix[o.y*o.w:], plane.Pix)
		}
	}
	o.y++
	return nil
}

func (o *rowResult) begin(c int) {
	if o.whole() || o.p.Probabilities {
		o.probabilities = raster.NewFloat(o.h, o.w, c)
	}
	switch {
	case o.whole():
	case o.p.Task == metric.Multilabel:
		o.flags = raster.NewFlags(o.h, o.w, c)
	default:
		o.classes = raster.NewMask(o.h, o.w)
	}
}

// whole tells whether masks are made of all probabilities together.
func (o *rowResult) whole() bool {
	return o.p.NetworkSize || o.p.Post != nil || o.p.Gate != nil || o.p.undecided
}

// result returns the picture's.
func (o *rowResult) result(ds *data.Dataset, index int, said []float32) (Result, error) {
	r := Result{Index: index, ID: ds.Record(index).ID, Classes: o.classes, Flags: o.flags, Said: said}
	if o.p.NetworkSize {
		o.probabilities = ds.Reduce(o.probabilities)
	}
	if o.whole() {
		if err := o.p.masks(&r, o.probabilities, ds); err != nil {
			return Result{}, err
		}
	}
	if o.p.Probabilities {
		r.Probabilities = o.probabilities
	}
	return r, nil
}
