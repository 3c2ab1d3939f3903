package autograd

import (
	"tessera/kernels"
	"tessera/tensor"
)

// AddBias adds bias [C] to each pixel of x [N, H, W, C].   dx = dy, db = Σ over pixels dy
func AddBias(t *Tape, x, bias *Var) *Var {
	n, h, w, c := x.Shape.NHWC()
	if bias.Shape != tensor.Dims(c) {
		panic(&tensor.ShapeError{Op: "add bias", Got: []tensor.Shape{x.Shape, bias.Shape}, Detail: "want a number for each channel"})
	}
	o, y := t.record("add bias", x.Shape, x, bias)
	o.adds = []*Var{bias}
	rows := n * h * w
	o.forward = eachRow(rows, c, func(begin, end int) {
		to := y.value.data[begin*c : end*c]
		copy(to, x.value.data[begin*c:])
		kernels.ChannelAdd(end-begin, c, bias.value.data, to)
	})
	pass := eachRow(rows, c, func(begin, end int) { x.pass(begin*c, y.grad.data[begin*c:end*c]) })
	sum := func() {}
	if bias.needsGrad {
		sum = biasGrad(t, c, y, bias)
	}
	o.backward = sequence(pass, sum)
	return y
}
