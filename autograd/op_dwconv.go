package autograd

import (
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// DepthwiseConv convolves every channel of x [N, H, W, C] with a window of its own, w [KH, KW, C].
// Of win, the size of the image and of the window are taken from x and w.
//
//	y = x ⋆ w,   dx = dy ⋆ w turned by 180°,   dw = Σ over pixels x·dy, each by channel
func DepthwiseConv(t *Tape, x, w *Var, win kernels.Window) *Var {
	n, ih, iw, channels := x.Shape.NHWC()
	checkWeight("depthwise conv", 3, x, w)
	win.IH, win.IW = ih, iw
	win.KH, win.KW = w.Shape.Dim(0), w.Shape.Dim(1)
	checkWindow("depthwise conv", win, x, w)
	if w.Shape.Dim(2) != channels {
		panic(&tensor.ShapeError{Op: "depthwise conv", Got: []tensor.Shape{x.Shape, w.Shape}, Detail: "channels differ"})
	}
	d := kernels.NewDWConv(n, channels, win)
	o, y := t.record("depthwise conv", tensor.Dims(n, d.OH(), d.OW(), channels), x, w)
	o.keep, o.adds = []*Var{x, w}, []*Var{w}
	o.flops = 2 * y.Shape.Size() * win.KH * win.KW
	t.worker(max(d.ForwardScratch(), d.GradInputScratch(), d.GradWeightScratch()))
	forward := func(i, worker int) {
		d.Forward(i, x.value.data, w.value.data, y.value.data, t.scratchOf(worker))
	}
	o.forward = func() { parallel.For(d.ForwardTasks(), forward) }

	partial := t.temporary(d.PartialFloats(), true)
	weight := func(i, worker int) {
		d.GradWeight(i, x.value.data, y.grad.data, partial.data, t.scratchOf(worker))
	}
	reduce := func(i, _ int) { d.Reduce(i, partial.data, w.grad.data) }
	input := func(i, worker int) {
		d.GradInput(i, x.accumulate, y.grad.data, w.value.data, x.grad.data, t.scratchOf(worker))
	}
	o.backward = func() {
		if w.needsGrad {
			parallel.For(d.GradWeightTasks(), weight)
			parallel.For(d.ReduceTasks(), reduce)
		}
		if x.needsGrad {
			parallel.For(d.GradInputTasks(), input)
		}
	}
	return y
}
