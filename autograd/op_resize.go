package autograd

import (
	"fmt"

	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// ResizeNearest enlarges or shrinks the images of x [N, H, W, C] to h×w; each pixel is that of x at
// ⌊y·H/h⌋, ⌊x·W/w⌋, as PyTorch's mode "nearest" has it. The gradient adds up what a pixel was copied to, in order.
func ResizeNearest(t *Tape, x *Var, h, w int) *Var {
	n, ih, iw, c := x.Shape.NHWC()
	if h < 1 || w < 1 {
		panic(&tensor.ShapeError{Op: "resize", Got: []tensor.Shape{x.Shape}, Detail: fmt.Sprintf("to %d×%d", h, w)})
	}
	if h == ih && w == iw {
		return x
	}
	o, y := t.record("resize nearest", tensor.Dims(n, h, w, c), x)
	rows, cols := nearest(ih, h), nearest(iw, w)
	copyRow := func(i, _ int) {
		from := x.value.data[(i/h*ih+rows.source[i%h])*iw*c:][:iw*c]
		to := y.value.data[i*w*c:][:w*c]
		for ox, ix := range cols.source {
			copy(to[ox*c:(ox+1)*c], from[ix*c:])
		}
	}
	o.forward = func() { parallel.For(n*h, copyRow) }
	addRow := func(i, _ int) {
		image, iy := i/ih, i%ih
		dx := x.grad.data[i*iw*c:][:iw*c]
		if !x.accumulate {
			clear(dx)
		}
		for oy := rows.first[iy]; oy < rows.first[iy+1]; oy++ {
			dy := y.grad.data[(image*h+oy)*w*c:][:w*c]
			for ox, ix := range cols.source {
				kernels.Accumulate(dy[ox*c:(ox+1)*c], dx[ix*c:])
			}
		}
	}
	o.backward = func() { parallel.For(n*ih, addRow) }
	return y
}

// nearestMap tells for each output index its source, and for each source its first output index.
type nearestMap struct{ source, first []int }

func nearest(in, out int) nearestMap {
	m := nearestMap{make([]int, out), make([]int, in+1)}
	for i := range m.source {
		m.source[i] = i * in / out
	}
	for at := range m.first {
		m.first[at] = (at*out + in - 1) / in // the first i with i·in/out ≥ at
	}
	return m
}
