package autograd

import (
	"fmt"

	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// Conv returns the convolution of x [N, H, W, IC] with w [KH, KW, IC/groups, OC], plus bias [OC] unless that is nil.
// Of win, the size of the image and of the window are taken from x and w.
//
//	y = x ⋆ w + b,   dx = dy ⋆ wᵀ turned by 180°,   dw = Σ over pixels x·dy,   db = Σ over pixels dy
func Conv(t *Tape, x, w, bias *Var, groups int, win kernels.Window) *Var {
	c := newConv(x, w, bias, groups, win)
	in := []*Var{x, w}
	if bias != nil {
		in = append(in, bias)
	}
	o, y := t.record("conv", tensor.Dims(c.N, c.OH(), c.OW(), c.OC), in...)
	o.keep, o.adds = []*Var{x, w}, in[1:]
	convForward(t, o, c, x, w, bias, y, func(int) {})
	convBackward(t, o, c, x, w, bias, y)
	return y
}

// ConvBatchNorm returns BatchNorm of Conv without bias. In inference it is one operation: a task normalises the pixels it
// has just computed, while they are in the cache. The arithmetic is the same.
func ConvBatchNorm(t *Tape, x, w *Var, groups int, win kernels.Window, gamma, beta *Var, stats BatchStats,
	act Activation) *Var {
	if t.training() || groups > 1 {
		return BatchNorm(t, Conv(t, x, w, nil, groups, win), gamma, beta, stats, act)
	}
	c := newConv(x, w, nil, groups, win)
	o, y := t.record("conv and batch norm", tensor.Dims(c.N, c.OH(), c.OW(), c.OC), x, w, gamma, beta)
	b := newBatchNorm(y, gamma, beta, y, stats, act)
	b.coef = t.prepared(4 * b.c)
	convForward(t, o, c, x, w, nil, y, func(task int) { b.normalise(c.ForwardPixels(task)) })
	o.prepare = sequence(o.prepare, b.affineOfRunning)
	return y
}

// newConv checks the operands of a convolution and prepares it.
func newConv(x, w, bias *Var, groups int, win kernels.Window) *kernels.Conv {
	n, ih, iw, ic := x.Shape.NHWC()
	checkWeight("conv", 4, x, w)
	win.IH, win.IW = ih, iw
	win.KH, win.KW = w.Shape.Dim(0), w.Shape.Dim(1)
	oc := w.Shape.Dim(3)
	checkWindow("conv", win, x, w)
	if ic != w.Shape.Dim(2)*groups || oc%groups != 0 || bias != nil && bias.Shape != tensor.Dims(oc) {
		panic(&tensor.ShapeError{Op: "conv", Got: []tensor.Shape{x.Shape, w.Shape},
			Detail: fmt.Sprintf("channels do not match in %d groups", groups)})
	}
	return kernels.NewConv(n, ic, oc, groups, win)
}

// checkWeight panics with a ShapeError unless w has the rank of the weights of such an operation.
func checkWeight(op string, rank int, x, w *Var) {
	if w.Shape.Rank() != rank {
		panic(&tensor.ShapeError{Op: op, Got: []tensor.Shape{x.Shape, w.Shape},
			Detail: fmt.Sprintf("want weights of %d dimensions", rank)})
	}
}

// checkWindow panics with a ShapeError if the window does not fit the image.
func checkWindow(op string, win kernels.Window, operands ...*Var) {
	if err := win.Check(); err != nil {
		e := &tensor.ShapeError{Op: op, Detail: err.Error()}
		for _, v := range operands {
			e.Got = append(e.Got, v.Shape)
		}
		panic(e)
	}
}

// convForward records the forward pass; after is called with each task that has been computed.
func convForward(t *Tape, o *op, c *kernels.Conv, x, w, bias, y *Var, after func(task int)) {
	o.flops = c.FLOPs()
	t.worker(c.Scratch())
	packed := t.prepared(c.ForwardPacked())
	pack := func(i, _ int) { c.PackForward(i, w.value.data, packed.data) }
	run := func(i, worker int) {
		c.Forward(i, bias != nil, x.value.data, packed.data, y.value.data, t.scratchOf(worker))
		after(i)
	}
	fill := func() {}
	if bias != nil {
		fill = eachRow(y.Shape.Size()/c.OC, c.OC, func(begin, end int) {
			for i := begin; i < end; i++ {
				copy(y.value.data[i*c.OC:], bias.value.data)
			}
		})
	}
	o.prepare = func() { parallel.For(c.PackForwardTasks(), pack) }
	o.forward = func() {
		fill()
		parallel.For(c.ForwardTasks(), run)
	}
}

func convBackward(t *Tape, o *op, c *kernels.Conv, x, w, bias, y *Var) {
	if !y.needsGrad {
		return
	}
	var passes []func()
	if w.needsGrad {
		partial := t.temporary(c.Partial(), true)
		run := func(i, worker int) {
			c.GradWeight(i, x.value.data, y.grad.data, partial.data, t.scratchOf(worker))
		}
		reduce := func(i, _ int) { c.Reduce(i, partial.data, w.grad.data) }
		passes = append(passes, func() {
			parallel.For(c.GradWeightTasks(), run)
			parallel.For(c.ReduceTasks(), reduce)
		})
	}
	if x.needsGrad {
		packed := t.temporary(c.BackPacked(), true)
		pack := func(i, _ int) { c.PackBack(i, w.value.data, packed.data) }
		run := func(i, worker int) {
			c.GradInput(i, x.accumulate, y.grad.data, packed.data, x.grad.data, t.scratchOf(worker))
		}
		passes = append(passes, func() {
			parallel.For(c.PackBackTasks(), pack)
			parallel.For(c.GradInputTasks(), run)
		})
	}
	if bias != nil && bias.needsGrad {
		passes = append(passes, biasGrad(t, c.OC, y, bias))
	}
	o.backward = sequence(passes...)
}

// biasGrad returns the pass that adds the sums of dy over pixels to the gradient of a bias of c channels.
func biasGrad(t *Tape, c int, y, bias *Var) func() {
	s := newSums(t, y.Shape.Size()/c, c, 1, true)
	blocks := func(i, _ int) {
		begin, rows, part := s.block(i)
		kernels.ChannelSums(rows, c, y.grad.data[begin*c:], part)
	}
	return func() {
		s.run(blocks)
		for j, v := range s.totals {
			bias.grad.data[j] += float32(v)
		}
	}
}
