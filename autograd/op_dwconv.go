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
	_, _, y := recordDepthwise(t, x, w, win, noNext)
	return y
}

// DepthwiseConvBatchNorm returns BatchNorm of DepthwiseConv. As in ConvBatchNorm, a task goes on with the pixels it has
// just computed, where it computes all their channels.
func DepthwiseConvBatchNorm(t *Tape, x, w *Var, win kernels.Window, gamma, beta *Var, stats BatchStats, act Activation) *Var {
	var then next
	still := stats.still(t, x, w, gamma, beta)
	var more []*Var
	if still {
		more = []*Var{gamma, beta}
	}
	o, d, y := recordDepthwise(t, x, w, win, func(task, begin int, y []float32) bool { return then(task, begin, y) }, more...)
	pixels := func(task int) (begin, end int) {
		begin, end, _ = d.ForwardPixels(task)
		return begin, end
	}
	if _, _, whole := d.ForwardPixels(0); !whole || !still && !stats.measures(t) {
		then = noNext
		return BatchNorm(t, y, gamma, beta, stats, act)
	}
	if !still {
		m := &momentsOf{}
		m.prepare(t, y, stats, d.ForwardTasks())
		then = m.after
		return normalisation(t, y, gamma, beta, stats, act, m.sums)
	}
	b := newBatchNorm(y, gamma, beta, y, stats, act)
	b.coef = t.prepared(4 * b.c)
	o.prepare = b.affineOfRunning
	then = b.inPlace(pixels)
	return y
}

// recordDepthwise records a depthwise convolution; after is called with each task of the forward pass that has been
// computed, and its pixels. more are operands that the caller reads.
func recordDepthwise(t *Tape, x, w *Var, win kernels.Window, after next, more ...*Var) (*op, *kernels.DWConv, *Var) {
	n, ih, iw, channels := x.Shape.NHWC()
	checkWeight("depthwise conv", 3, x, w)
	win.IH, win.IW = ih, iw
	win.KH, win.KW = w.Shape.Dim(0), w.Shape.Dim(1)
	checkWindow("depthwise conv", win, x, w)
	if w.Shape.Dim(2) != channels {
		panic(&tensor.ShapeError{Op: "depthwise conv", Got: []tensor.Shape{x.Shape, w.Shape}, Detail: "channels differ"})
	}
	d := kernels.NewDWConv(n, channels, win)
	in := append([]*Var{x, w}, more...)
	o, y := t.record("depthwise conv", tensor.Dims(n, d.OH(), d.OW(), channels), in...)
	o.keep, o.adds, o.unpacks = []*Var{x, w}, []*Var{w}, []*Var{x}
	o.flops = 2 * y.Shape.Size() * win.KH * win.KW
	o.carry(x)
	t.worker(max(d.ForwardScratch(), d.GradInputScratch(), d.GradWeightScratch()+d.GradWeightStored()))
	t.needRoom(max(dwPart(d.ForwardPixels, d.C), dwPart(d.GradInputPixels, d.C)))
	forward := func(i, worker int) {
		begin, end, _ := d.ForwardPixels(i)
		part := y.part(begin*d.C, end*d.C, false, t.roomOf(worker))
		d.ForwardOf(i, x.values(), w.value.data, part, t.scratchOf(worker))
		if !after(i, begin*d.C, part) {
			c0, c1 := d.ForwardChannels(i)
			y.putChannels(begin*d.C, d.C, c0, c1, part)
		}
	}
	o.forward = func() { parallel.For(d.ForwardTasks(), forward) }

	partial := t.temporary(d.PartialFloats(), true)
	weight := func(i, worker int) {
		d.GradWeightOf(i, x.numbers(), y.slope(), partial.data, t.scratchOf(worker))
	}
	reduce := func(i, _ int) { d.Reduce(i, partial.data, w.grad.data) }
	_, _, whole := d.GradInputPixels(0)
	begin, follow := t.complete(x, d.GradInputTasks(), whole)
	input := func(i, worker int) {
		first, end, whole := d.GradInputPixels(i)
		c0, c1 := d.GradInputChannels(i)
		part := x.slopeChannels(first*d.C, end*d.C, d.C, c0, c1, t.roomOf(worker))
		d.GradInputOf(i, x.accumulate, y.slope(), w.value.data, part, t.scratchOf(worker))
		if whole {
			follow(i, first, end, worker, part)
		} else {
			x.putSlopeChannels(first*d.C, d.C, c0, c1, part)
		}
	}
	var passes []pass
	if w.needsGrad {
		passes = append(passes, pass{tasks: d.GradWeightTasks(), run: weight, after: func() { parallel.For(d.ReduceTasks(), reduce) }})
	}
	if x.needsGrad {
		passes = append(passes, pass{before: begin, tasks: d.GradInputTasks(), run: input})
	}
	o.backward = together(passes...)
	return o, d, y
}

// dwPart returns how many floats the pixels of a task have.
func dwPart(pixels func(task int) (begin, end int, whole bool), c int) int {
	return partOf(func(task int) (begin, end int) {
		begin, end, _ = pixels(task)
		return begin, end
	}, c)
}
