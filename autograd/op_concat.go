package autograd

import (
	"tessera/tensor"
)

// Concat joins the channels of a and b, images of one size: [N, H, W, CA] and [N, H, W, CB] to [N, H, W, CA+CB].
// The gradient is cut at the same place.
func Concat(t *Tape, a, b *Var) *Var {
	n, h, w, ca := a.Shape.NHWC()
	bn, bh, bw, cb := b.Shape.NHWC()
	if n != bn || h != bh || w != bw {
		panic(&tensor.ShapeError{Op: "concat", Got: []tensor.Shape{a.Shape, b.Shape}, Detail: "want images of one size"})
	}
	c := ca + cb
	o, y := t.record("concat", tensor.Dims(n, h, w, c), a, b)
	o.forward = eachRow(n*h*w, c, func(begin, end int) {
		for i := begin; i < end; i++ {
			row := y.value.data[i*c:][:c]
			copy(row, a.value.data[i*ca:][:ca])
			copy(row[ca:], b.value.data[i*cb:])
		}
	})
	o.backward = eachRow(n*h*w, c, func(begin, end int) {
		for i := begin; i < end; i++ {
			row := y.grad.data[i*c:][:c]
			a.pass(i*ca, row[:ca])
			b.pass(i*cb, row[ca:])
		}
	})
	return y
}
