package autograd

import (
	"tessera/tensor"
)

// Concat joins the channels of images of one size: [N, H, W, CA] and [N, H, W, CB] to [N, H, W, CA+CB], and so on.
// The gradient is cut at the same places.
func Concat(t *Tape, images ...*Var) *Var {
	n, h, w, c := images[0].Shape.NHWC()
	for _, v := range images[1:] {
		bn, bh, bw, bc := v.Shape.NHWC()
		if n != bn || h != bh || w != bw {
			panic(&tensor.ShapeError{Op: "concat", Got: []tensor.Shape{images[0].Shape, v.Shape},
				Detail: "want images of one size"})
		}
		c += bc
	}
	o, y := t.record("concat", tensor.Dims(n, h, w, c), images...)
	o.forward = eachRow(n*h*w, c, func(begin, end int) {
		for i := begin; i < end; i++ {
			row := y.value.data[i*c:][:c]
			for _, v := range images {
				cv := v.Shape.Dim(3)
				copy(row, v.value.data[i*cv:][:cv])
				row = row[cv:]
			}
		}
	})
	o.backward = eachRow(n*h*w, c, func(begin, end int) {
		for i := begin; i < end; i++ {
			row := y.grad.data[i*c:][:c]
			for _, v := range images {
				cv := v.Shape.Dim(3)
				v.pass(i*cv, row[:cv])
				row = row[cv:]
			}
		}
	})
	return y
}
