package autograd

import (
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// ConvTranspose spreads each pixel of x [N, H, W, IC] over a window of w [KH, KW, OC, IC], windows a stride apart, adds up
// where they overlap, cuts the padding off, and adds bias [OC] unless that is nil. It is the gradient of the
// input of a convolution of OC to IC channels, and its height is (H-1)·stride - padding + dilation·(KH-1) + 1. Of
// win, the size of the image and of the window are taken from x and w.
//
//	y = xᵀ⋆w + b,   dx = dy ⋆ w,   dw = Σ over pixels dy·x,   db = Σ over pixels dy
func ConvTranspose(t *Tape, x, w, bias *Var, win kernels.Window) *Var {
	c := newConvTranspose(t, x, w, bias, win)
	in := []*Var{x, w}
	if bias != nil {
		in = append(in, bias)
	}
	o, y := t.record("conv transpose", tensor.Dims(c.N, c.IH, c.IW, c.IC), in...)
	o.keep, o.adds, o.rounds = []*Var{x, w}, in[1:], roundedBy(c, x)
	o.flops = c.FLOPs()
	t.worker(c.Scratch())
	packed := t.prepared(c.BackPacked())
	pack := func(i, _ int) { c.PackBack(i, w.value.data, packed.data) }
	run := func(i, worker int) {
		c.GradInput(i, bias != nil, x.value.data, packed.data, y.value.data, t.scratchOf(worker))
	}
	fill := func() {}
	if bias != nil {
		fill = biasFill(bias, y)
	}
	o.prepare = func() { parallel.For(c.PackBackTasks(), pack) }
	o.forward = func() {
		fill()
		parallel.For(c.GradInputTasks(), run)
	}
	if y.needsGrad {
		o.backward = convTransposeBack(t, c, x, w, bias, y)
	}
	return y
}

// newConvTranspose checks the operands and prepares the convolution that leads back.
func newConvTranspose(t *Tape, x, w, bias *Var, win kernels.Window) *kernels.Conv {
	n, h, wd, ic := x.Shape.NHWC()
	checkWeight("conv transpose", 4, x, w)
	kh, kw, oc, wic := w.Shape.NHWC()
	win.KH, win.KW = kh, kw
	win.IH = (h-1)*win.SH - win.PT - win.PB + win.DH*(kh-1) + 1
	win.IW = (wd-1)*win.SW - win.PL - win.PR + win.DW*(kw-1) + 1
	checkWindow("conv transpose", win, x, w)
	if wic != ic || bias != nil && bias.Shape != tensor.Dims(oc) {
		panic(&tensor.ShapeError{Op: "conv transpose", Got: []tensor.Shape{x.Shape, w.Shape}, Detail: "channels do not match"})
	}
	return t.Precision.NewConv(n, oc, ic, 1, win)
}

// biasFill returns the pass that sets every pixel of y to the bias.
func biasFill(bias, y *Var) func() {
	c := bias.Shape.Size()
	return eachRow(y.Shape.Size()/c, c, func(begin, end int) {
		for i := begin; i < end; i++ {
			copy(y.value.data[i*c:], bias.value.data)
		}
	})
}

func convTransposeBack(t *Tape, c *kernels.Conv, x, w, bias, y *Var) func() {
	var passes []pass
	if w.needsGrad {
		passes = append(passes, t.weightPass(c, w.gradient, y.slope, noGain, x.values))
	}
	if x.needsGrad {
		packed := t.temporary(c.ForwardPacked(), true)
		pack := func(i, _ int) { c.PackForward(i, w.value.data, packed.data) }
		run := func(i, worker int) {
			c.Forward(i, x.accumulate, y.grad.data, packed.data, x.grad.data, t.scratchOf(worker))
		}
		before := func() { parallel.For(c.PackForwardTasks(), pack) }
		passes = append(passes, pass{before: before, tasks: c.ForwardTasks(), run: run})
	}
	back := together(passes...)
	if bias != nil && bias.needsGrad {
		back = sequence(back, biasGrad(t, c.IC, y, bias))
	}
	return back
}
