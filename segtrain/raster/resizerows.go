package raster

import "tessera/kernels"

// A RowResizer is ResizeFloat for a picture that comes row by row, with the same bits. It keeps the rows that one row of the
// result reads.
type RowResizer struct {
	c, w, ow   int
	across     []tap
	down       []tap
	kept       [][]float32 // resized rows by their number modulo the length
	read, done int
	out        []float32
}

// NewRowResizer takes h×w pictures of c channels to oh×ow. It panics if a size is not positive.
func NewRowResizer(h, w, c, oh, ow int) *RowResizer {
	checkResize("NewRowResizer", h, w, oh, ow)
	r := &RowResizer{c: c, w: w, ow: ow, across: triangle(w, ow), down: triangle(h, oh), out: make([]float32, ow*c)}
	most := 1
	for _, t := range r.down {
		most = max(most, len(t.weights))
	}
	for range most + 1 {
		r.kept = append(r.kept, make([]float32, ow*c))
	}
	return r
}

// Push takes the picture's next row and calls emit, in order, for each row of the result that it completes; emit may change
// the row, which is overwritten afterwards.
func (r *RowResizer) Push(row []float32, emit func(row []float32) error) error {
	to := r.kept[r.read%len(r.kept)]
	clear(to)
	resizeRow(to, row[:r.w*r.c], r.across, r.c)
	r.read++
	for ; r.done < len(r.down); r.done++ {
		t := r.down[r.done]
		if t.first+len(t.weights) > r.read {
			return nil
		}
		clear(r.out)
		for k, weight := range t.weights {
			kernels.Axpy(weight, r.kept[(t.first+k)%len(r.kept)], r.out)
		}
		if err := emit(r.out); err != nil {
			return err
		}
	}
	return nil
}
