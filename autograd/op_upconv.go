package autograd

import (
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// UpsampleConv enlarges x [N, H, W, CX] twice by nearest neighbour, joins skip [N, 2H, 2W, CS] unless that is nil, and
// convolves with w [3, 3, CX+CS, OC], padded by one: what ResizeNearest, Concat and Conv do, without the enlarged and
// the joined image, and with 4 products instead of 9 for each channel of x (see kernels.Fold). It rounds differently
// from the three operations.
func UpsampleConv(t *Tape, x, skip, w *Var) *Var {
	o, u := newUpConv(t, x, skip, w)
	u.record(o, func(int) {})
	return u.y
}

// UpsampleConvBatchNorm returns BatchNorm of UpsampleConv. As in ConvBatchNorm, a task goes on with the pixels it has just
// completed.
func UpsampleConvBatchNorm(t *Tape, x, skip, w, gamma, beta *Var, stats BatchStats, act Activation) *Var {
	if !stats.still(t, x, w, gamma, beta) || skip != nil && skip.needsGrad {
		if !stats.measures(t) {
			return BatchNorm(t, UpsampleConv(t, x, skip, w), gamma, beta, stats, act)
		}
		var m momentsOf
		o, u := newUpConv(t, x, skip, w)
		u.record(o, m.after)
		m.prepare(t, u.y, stats, u.tasks(), u.pixels)
		return normalisation(t, u.y, gamma, beta, stats, act, m.sums)
	}
	o, u := newUpConv(t, x, skip, w, gamma, beta)
	b := newBatchNorm(u.y, gamma, beta, u.y, stats, act)
	b.coef = t.prepared(4 * b.c)
	u.record(o, func(task int) { b.normalise(u.pixels(task)) })
	o.prepare = sequence(o.prepare, b.affineOfRunning)
	return u.y
}

// record records both passes; after is called with each task of those that complete y.
func (u *upConv) record(o *op, after func(task int)) {
	if u.skip == nil {
		u.enlarged(o, after)
	} else {
		u.enlarged(o, func(int) {})
		u.joined(o, after)
	}
	if u.y.needsGrad {
		o.backward = sequence(u.enlargedBack(), u.joinedBack())
	}
}

// tasks returns the number of tasks that complete y.
func (u *upConv) tasks() int {
	if u.skip == nil {
		return u.folded.GradInputTasks()
	}
	return u.direct.ForwardTasks()
}

// pixels returns the pixels that one of them completes.
func (u *upConv) pixels(task int) (begin, end int) {
	if u.skip == nil {
		return u.folded.GradInputPixels(task)
	}
	return u.direct.ForwardPixels(task)
}

// newUpConv checks the operands, records the operation without its passes, and prepares both convolutions. more are
// operands that the caller reads.
func newUpConv(t *Tape, x, skip, w *Var, more ...*Var) (*op, *upConv) {
	n, h, wd, cx := x.Shape.NHWC()
	large := tensor.Dims(n, 2*h, 2*wd, 1)
	checkWeight("upsample conv", 4, x, w)
	kh, kw, ic, oc := w.Shape.NHWC()
	cs := 0
	if skip != nil {
		cs = skip.Shape.Dim(3)
		large = tensor.Dims(skip.Shape.Dim(0), skip.Shape.Dim(1), skip.Shape.Dim(2), 1)
	}
	if kh != 3 || kw != 3 || ic != cx+cs || large != tensor.Dims(n, 2*h, 2*wd, 1) {
		panic(&tensor.ShapeError{Op: "upsample conv", Got: []tensor.Shape{x.Shape, large, w.Shape},
			Detail: "want an image, one twice its size, and 3×3 weights for the channels of both"})
	}
	in := []*Var{x, w}
	if skip != nil {
		in = append(in, skip)
	}
	o, y := t.record("upsample conv", tensor.Dims(n, 2*h, 2*wd, oc), append(in, more...)...)
	o.keep, o.adds = in, []*Var{w}
	u := &upConv{t: t, x: x, skip: skip, w: w, y: y, cx: cx, cs: cs, oc: oc}
	u.folded = t.Precision.NewConv(n, oc, cx, 1, kernels.FoldedWindow(2*h, 2*wd))
	u.folded.Swapped = true
	o.flops = u.folded.FLOPs()
	t.worker(u.folded.Scratch())
	if skip != nil {
		win := kernels.Window{IH: 2 * h, IW: 2 * wd, KH: 3, KW: 3, SH: 1, SW: 1, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1}
		u.direct = t.Precision.NewConv(n, cs, oc, 1, win)
		o.flops += u.direct.FLOPs()
		t.worker(u.direct.Scratch())
	}
	return o, u
}

// upConv is the sum of two convolutions: of x, folded, and of the skip connection.
type upConv struct {
	t              *Tape
	x, skip, w, y  *Var
	cx, cs, oc     int
	folded, direct *kernels.Conv
}

// foldInto returns the pass that folds the weights of x's channels.
func (u *upConv) foldInto(weights *buffer) func() {
	fold := func(i, _ int) { kernels.Fold(i, u.cx, u.cx+u.cs, u.oc, u.w.value.data, weights.data) }
	return func() { parallel.For(kernels.FoldTasks, fold) }
}

// enlarged records the pass that overwrites y with the part of x: the folded convolution, transposed. It calls after with
// each task that has been computed.
func (u *upConv) enlarged(o *op, after func(task int)) {
	c := u.folded
	weights, packed := u.t.temporary(16*u.cx*u.oc, false), u.t.prepared(c.BackPacked())
	pack := func(i, _ int) { c.PackBack(i, weights.data, packed.data) }
	o.prepare = sequence(u.foldInto(weights), func() { parallel.For(c.PackBackTasks(), pack) })
	run := func(i, worker int) {
		c.GradInput(i, false, u.x.value.data, packed.data, u.y.value.data, u.t.scratchOf(worker))
		after(i)
	}
	o.forward = func() { parallel.For(c.GradInputTasks(), run) }
}

// splitInto returns the pass that copies the weights of the skip connection's channels.
func (u *upConv) splitInto(weights *buffer) func() {
	size := u.cs * u.oc
	return func() {
		for tap := range 9 {
			copy(weights.data[tap*size:][:size], u.w.value.data[(tap*(u.cx+u.cs)+u.cx)*u.oc:])
		}
	}
}

// joined records the pass that adds the part of the skip connection to y, after enlarged; it calls after with each task
// that has been computed.
func (u *upConv) joined(o *op, after func(task int)) {
	c := u.direct
	weights, packed := u.t.temporary(9*u.cs*u.oc, false), u.t.prepared(c.ForwardPacked())
	pack := func(i, _ int) { c.PackForward(i, weights.data, packed.data) }
	o.prepare = sequence(o.prepare, u.splitInto(weights), func() { parallel.For(c.PackForwardTasks(), pack) })
	run := func(i, worker int) {
		c.Forward(i, true, u.skip.value.data, packed.data, u.y.value.data, u.t.scratchOf(worker))
		after(i)
	}
	o.forward = sequence(o.forward, func() { parallel.For(c.ForwardTasks(), run) })
}

// enlargedBack returns the pass of the gradients of x and of the weights of its channels.
func (u *upConv) enlargedBack() func() {
	c, t := u.folded, u.t
	var passes []func()
	if u.w.needsGrad {
		dfolded := t.temporary(16*u.cx*u.oc, true)
		weight := t.weightPass(c, func() []float32 { return dfolded.data }, func(i int, partial, scratch []float32) {
			c.GradWeight(i, u.y.grad.data, u.x.value.data, partial, scratch)
		})
		unfold := func(i, _ int) { kernels.Unfold(i, u.cx, u.cx+u.cs, u.oc, dfolded.data, u.w.grad.data) }
		passes = append(passes, func() {
			clear(dfolded.data)
			weight()
			parallel.For(kernels.UnfoldTasks, unfold)
		})
	}
	if u.x.needsGrad {
		weights, packed := t.temporary(16*u.cx*u.oc, true), t.temporary(c.ForwardPacked(), true)
		fold := u.foldInto(weights)
		pack := func(i, _ int) { c.PackForward(i, weights.data, packed.data) }
		begin, after := t.complete(u.x, c.ForwardTasks(), true)
		run := func(i, worker int) {
			c.Forward(i, u.x.accumulate, u.y.grad.data, packed.data, u.x.grad.data, t.scratchOf(worker))
			first, end := c.ForwardPixels(i)
			after(i, first, end, worker)
		}
		passes = append(passes, func() {
			fold()
			parallel.For(c.PackForwardTasks(), pack)
			begin()
			parallel.For(c.ForwardTasks(), run)
		})
	}
	return sequence(passes...)
}

// joinedBack returns the pass of the gradients of the skip connection and of the weights of its channels.
func (u *upConv) joinedBack() func() {
	if u.skip == nil {
		return func() {}
	}
	c, t, size := u.direct, u.t, u.cs*u.oc
	var passes []func()
	if u.w.needsGrad {
		dw := t.temporary(9*size, true)
		weight := t.weightPass(c, func() []float32 { return dw.data }, func(i int, partial, scratch []float32) {
			c.GradWeight(i, u.skip.value.data, u.y.grad.data, partial, scratch)
		})
		passes = append(passes, func() {
			clear(dw.data)
			weight()
			for tap := range 9 {
				kernels.Accumulate(dw.data[tap*size:][:size], u.w.grad.data[(tap*(u.cx+u.cs)+u.cx)*u.oc:])
			}
		})
	}
	if u.skip.needsGrad {
		weights, packed := t.temporary(9*size, true), t.temporary(c.BackPacked(), true)
		split := u.splitInto(weights)
		pack := func(i, _ int) { c.PackBack(i, weights.data, packed.data) }
		run := func(i, worker int) {
			c.GradInput(i, u.skip.accumulate, u.y.grad.data, packed.data, u.skip.grad.data, t.scratchOf(worker))
		}
		passes = append(passes, func() {
			split()
			parallel.For(c.PackBackTasks(), pack)
			parallel.For(c.GradInputTasks(), run)
		})
	}
	return sequence(passes...)
}
