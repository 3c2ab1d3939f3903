package autograd

import (
	"tessera/kernels"
	"tessera/tensor"
)

// Linear multiplies the channels of each pixel of x [N, H, W, IC] with w [IC, OC] and adds bias [OC] unless that is nil: a
// 1×1 convolution with weights of two dimensions.
//
//	y = x·w + b,   dx = dy·wᵀ,   dw = Σ over pixels x·dy,   db = Σ over pixels dy
func Linear(t *Tape, x, w, bias *Var) *Var {
	n, h, wd, ic := x.Shape.NHWC()
	checkWeight("linear", 2, x, w)
	oc := w.Shape.Dim(1)
	if ic != w.Shape.Dim(0) || bias != nil && bias.Shape != tensor.Dims(oc) {
		panic(&tensor.ShapeError{Op: "linear", Got: []tensor.Shape{x.Shape, w.Shape}, Detail: "channels do not match"})
	}
	in := []*Var{x, w}
	if bias != nil {
		in = append(in, bias)
	}
	c := kernels.NewConv(n, ic, oc, 1, kernels.Window{IH: h, IW: wd, KH: 1, KW: 1, SH: 1, SW: 1, DH: 1, DW: 1})
	o, y := t.record("linear", tensor.Dims(n, h, wd, oc), in...)
	o.keep, o.adds = []*Var{x, w}, in[1:]
	convForward(t, o, c, x, w, bias, y, func(int) {})
	convBackward(t, o, c, x, w, bias, y)
	return y
}
