package autograd

import (
	"tessera/kernels"
	"tessera/tensor"
)

// Linear multiplies every pixel of x [N, H, W, I] by w [I, O] and adds bias [O] unless that is nil.
//
//	y = x·w + b,   dx = dy·wᵀ,   dw = Σ over pixels x·dy,   db = Σ over pixels dy
func Linear(t *Tape, x, w, bias *Var) *Var {
	n, h, wd, ic := x.Shape.NHWC()
	checkWeight("linear", 2, x, w)
	oc := w.Shape.Dim(1)
	if w.Shape.Dim(0) != ic || bias != nil && bias.Shape != tensor.Dims(oc) {
		panic(&tensor.ShapeError{Op: "linear", Got: []tensor.Shape{x.Shape, w.Shape}, Detail: "channels do not match"})
	}
	c := t.Precision.NewConv(n, ic, oc, 1, pointWindow(h, wd))
	in := []*Var{x, w}
	if bias != nil {
		in = append(in, bias)
	}
	o, y := t.record("linear", tensor.Dims(n, h, wd, oc), in...)
	o.keep, o.adds, o.rounds, o.unpacks = []*Var{x, w}, in[1:], roundedBy(c, x), []*Var{x}
	convForward(t, o, c, x, w, bias, y, noNext)
	convBackward(t, o, c, x, w, bias, y)
	return y
}

// pointWindow is a 1×1 window over an image of h×w pixels: its convolution is a product of matrices.
func pointWindow(h, w int) kernels.Window {
	return kernels.Window{IH: h, IW: w, KH: 1, KW: 1, SH: 1, SW: 1, DH: 1, DW: 1}
}
