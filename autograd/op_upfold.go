package autograd

import (
	"tessera/internal/parallel"
	"tessera/kernels"
)

// newUpFold prepares both convolutions of UpsampleConv for operands that are rounded: that of x is the transpose of a 4×4
// convolution of stride 2 over the large image, 4 products instead of 9 for each channel of x (see kernels.Fold). Tiles of
// fewer products add up operands before they are multiplied, and what is rounded to 8 bits must not be.
func newUpFold(t *Tape, o *op, x, skip, w, y *Var) *upFold {
	n, h, wd, cx := x.Shape.NHWC()
	_, _, ic, oc := w.Shape.NHWC()
	u := &upFold{t: t, x: x, skip: skip, w: w, y: y, cx: cx, cs: ic - cx, oc: oc}
	u.folded = t.Precision.NewConv(n, oc, cx, 1, kernels.FoldedWindow(2*h, 2*wd))
	u.folded.Swapped = true
	o.flops = u.folded.FLOPs()
	t.worker(u.folded.Scratch())
	if skip != nil {
		win := kernels.Window{IH: 2 * h, IW: 2 * wd, KH: 3, KW: 3, SH: 1, SW: 1, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1}
		u.direct = t.Precision.NewConv(n, u.cs, oc, 1, win)
		o.flops += u.direct.FLOPs()
		t.worker(u.direct.Scratch())
	}
	return u
}

// record records both passes; after is called with each task of those that complete y.
func (u *upFold) record(o *op, after func(task int)) {
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
func (u *upFold) tasks() int {
	if u.skip == nil {
		return u.folded.GradInputTasks()
	}
	return u.direct.ForwardTasks()
}

// pixels returns the pixels that one of them completes.
func (u *upFold) pixels(task int) (begin, end int) {
	if u.skip == nil {
		return u.folded.GradInputPixels(task)
	}
	return u.direct.ForwardPixels(task)
}

// upFold is the sum of two convolutions: of x, folded, and of the skip connection.
type upFold struct {
	t              *Tape
	x, skip, w, y  *Var
	cx, cs, oc     int
	folded, direct *kernels.Conv
}

// foldInto returns the pass that folds the weights of x's channels.
func (u *upFold) foldInto(weights *buffer) func() {
	fold := func(i, _ int) { kernels.Fold(i, u.cx, u.cx+u.cs, u.oc, u.w.value.data, weights.data) }
	return func() { parallel.For(kernels.FoldTasks, fold) }
}

// enlarged records the pass that overwrites y with the part of x: the folded convolution, transposed. It calls after with
// each task that has been computed.
func (u *upFold) enlarged(o *op, after func(task int)) {
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
func (u *upFold) splitInto(weights *buffer) func() {
	size := u.cs * u.oc
	return func() {
		for tap := range 9 {
			copy(weights.data[tap*size:][:size], u.w.value.data[(tap*(u.cx+u.cs)+u.cx)*u.oc:])
		}
	}
}

// joined records the pass that adds the part of the skip connection to y, after enlarged; it calls after with each task
// that has been computed.
func (u *upFold) joined(o *op, after func(task int)) {
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
func (u *upFold) enlargedBack() func() {
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
func (u *upFold) joinedBack() func() {
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
