package autograd

import (
	"tessera/kernels"
	"tessera/tensor"
)

// ScalePixels multiplies each pixel by a factor: x [N, H, W, C] and s [N, H, W, 1].
//
//	y = x·s,   dx = dy·s,   ds = Σ over channels x·dy
func ScalePixels(t *Tape, x, s *Var) *Var {
	n, h, w, c := x.Shape.NHWC()
	if s.Shape != tensor.Dims(n, h, w, 1) {
		panic(&tensor.ShapeError{Op: "scale pixels", Got: []tensor.Shape{x.Shape, s.Shape}, Detail: "want a factor for each pixel"})
	}
	o, y := t.record("scale pixels", x.Shape, x, s)
	o.keep = []*Var{x, s}
	o.forward = eachRow(n*h*w, c, func(begin, end int) {
		kernels.RowScale(end-begin, c, false, x.value.data[begin*c:], s.value.data[begin:], y.value.data[begin*c:])
	})
	o.backward = eachRow(n*h*w, c, func(begin, end int) {
		rows, dy := end-begin, y.grad.data[begin*c:]
		if s.needsGrad {
			kernels.RowDot(rows, c, s.accumulate, x.value.data[begin*c:], dy, s.grad.data[begin:])
		}
		if x.needsGrad {
			kernels.RowScale(rows, c, x.accumulate, dy, s.value.data[begin:], x.grad.data[begin*c:])
		}
	})
	return y
}
