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
	_, y := recordConv(t, x, w, bias, groups, win, noNext)
	return y
}

// recordConv records a convolution; after is called with each band of the forward pass that has been computed,
// and its pixels.
func recordConv(t *Tape, x, w, bias *Var, groups int, win kernels.Window, after next) (*kernels.Conv, *Var) {
	c := newConv(t, x, w, bias, groups, win)
	in := []*Var{x, w}
	if bias != nil {
		in = append(in, bias)
	}
	o, y := t.record("conv", tensor.Dims(c.N, c.OH(), c.OW(), c.OC), in...)
	o.keep, o.adds, o.rounds, o.unpacks = []*Var{x, w}, in[1:], roundedBy(c, x), []*Var{x}
	if c.Rounded() {
		o.carry(x)
		o.takes = bias == nil
	}
	convForward(t, o, c, x, w, bias, y, after)
	convBackward(t, o, c, x, w, bias, y)
	return c, y
}

// ConvBatchNorm returns BatchNorm of Conv without bias. A task does with the pixels it has just completed, while they are in
// the cache, what comes next: in training it measures their moments, and in inference, where this is one operation, it
// normalises them.
func ConvBatchNorm(t *Tape, x, w *Var, groups int, win kernels.Window, gamma, beta *Var, stats BatchStats,
	act Activation) *Var {
	if groups > 1 {
		return BatchNorm(t, Conv(t, x, w, nil, groups, win), gamma, beta, stats, act)
	}
	if !stats.still(t, x, w, gamma, beta) {
		if !stats.measures(t) {
			return BatchNorm(t, Conv(t, x, w, nil, groups, win), gamma, beta, stats, act)
		}
		var m momentsOf
		c, y := recordConv(t, x, w, nil, groups, win, m.after)
		m.prepare(t, y, stats, c.ForwardBands())
		return normalisation(t, y, gamma, beta, stats, act, m.sums)
	}
	c := newConv(t, x, w, nil, groups, win)
	o, y := t.record("conv and batch norm", tensor.Dims(c.N, c.OH(), c.OW(), c.OC), x, w, gamma, beta)
	b := newBatchNorm(y, gamma, beta, y, stats, act)
	b.coef = t.prepared(4 * b.c)
	convForward(t, o, c, x, w, nil, y, b.inPlace(c.ForwardPixels))
	o.prepare = sequence(o.prepare, b.affineOfRunning)
	return y
}

// newConv checks the operands of a convolution and prepares it.
func newConv(t *Tape, x, w, bias *Var, groups int, win kernels.Window) *kernels.Conv {
	win = convWindow(x, w, bias, groups, win)
	return t.Precision.NewConv(x.Shape.Dim(0), x.Shape.Dim(3), w.Shape.Dim(3), groups, win)
}

// convWindow checks the operands of a convolution and completes its window.
func convWindow(x, w, bias *Var, groups int, win kernels.Window) kernels.Window {
	_, ih, iw, ic := x.Shape.NHWC()
	checkWeight("conv", 4, x, w)
	win.IH, win.IW = ih, iw
	win.KH, win.KW = w.Shape.Dim(0), w.Shape.Dim(1)
	oc := w.Shape.Dim(3)
	checkWindow("conv", win, x, w)
	if ic != w.Shape.Dim(2)*groups || oc%groups != 0 || bias != nil && bias.Shape != tensor.Dims(oc) {
		panic(&tensor.ShapeError{Op: "conv", Got: []tensor.Shape{x.Shape, w.Shape},
			Detail: fmt.Sprintf("channels do not match in %d groups", groups)})
	}
	return win
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

// convForward records the forward pass; after is called with each band that has been computed, and its pixels.
func convForward(t *Tape, o *op, c *kernels.Conv, x, w, bias, y *Var, after next) {
	o.flops = c.FLOPs()
	t.convWorker(c)
	packed := t.prepared(c.ForwardPacked())
	pack := func(i, _ int) { c.PackForward(i, w.value.data, packed.data) }
	t.needRoom(partOf(c.ForwardPixels, c.OC))
	bands := newBands(c.ForwardBands(), c.ForwardTasks())
	run := func(i, worker int) {
		begin, end := c.ForwardPixels(i)
		part := y.part(begin*c.OC, end*c.OC, false, t.roomOf(worker))
		if bias != nil && c.Groups == 1 {
			first, last := c.ForwardChannels(i)
			fillColumns(bias.value.data, first, last, part)
		}
		if c.Rounded() {
			c.ForwardOf(i, bias != nil, x.values(), nil, packed.data, part, t.scratchOf(worker))
		} else {
			c.Forward(i, bias != nil, x.value.data, packed.data, y.value.data, t.scratchOf(worker))
		}
		if band, whole := bands.whole(i); whole && !after(band, begin*c.OC, part) {
			y.put(begin*c.OC, part)
		}
	}
	fill := func() {}
	if bias != nil && c.Groups > 1 { // tasks share rows
		fill = eachRow(y.Shape.Size()/c.OC, c.OC, func(begin, end int) {
			fillRows(bias.value.data, y.value.data[begin*c.OC:end*c.OC])
		})
	}
	o.prepare = func() { parallel.For(c.PackForwardTasks(), pack) }
	o.forward = func() {
		fill()
		parallel.For(c.ForwardTasks(), run)
	}
}

// partOf returns how many floats the pixels of a task have.
func partOf(pixels func(task int) (begin, end int), c int) int {
	begin, end := pixels(0)
	return (end - begin) * c
}

// roundedBy returns values if a convolution rounds them.
func roundedBy(c *kernels.Conv, values ...*Var) []*Var {
	if c.Rounded() {
		return values
	}
	return nil
}

// fillRows copies row to every row of y.
func fillRows(row, y []float32) {
	for n := copy(y, row); n < len(y); n *= 2 {
		copy(y[n:], y[:n])
	}
}

// fillColumns copies the columns of row from first to last to every row of y.
func fillColumns(row []float32, first, last int, y []float32) {
	if last-first == len(row) {
		fillRows(row, y)
		return
	}
	for i := 0; i < len(y); i += len(row) {
		copy(y[i+first:i+last], row[first:last])
	}
}

func convBackward(t *Tape, o *op, c *kernels.Conv, x, w, bias, y *Var) {
	if !y.needsGrad {
		return
	}
	var passes []pass
	if w.needsGrad {
		passes = append(passes, t.weightPass(c, w.gradient, x.numbers, noGain, y.slope))
	}
	if x.needsGrad {
		packed := t.temporary(c.BackPacked(), true)
		pack := func(i, _ int) { c.PackBack(i, w.value.data, packed.data) }
		begin, after := t.complete(x, c.GradInputBands(), c.Groups == 1)
		t.needRoom(partOf(c.GradInputPixels, c.IC))
		bands := newBands(c.GradInputBands(), c.GradInputTasks())
		run := func(i, worker int) {
			first, end := c.GradInputPixels(i)
			part := x.slopePart(first*c.IC, end*c.IC, t.roomOf(worker))
			if c.Rounded() {
				c.GradInputOf(i, x.accumulate, y.slope(), packed.data, part, t.scratchOf(worker))
			} else {
				c.GradInput(i, x.accumulate, y.grad.data, packed.data, x.grad.data, t.scratchOf(worker))
			}
			if band, whole := bands.whole(i); whole {
				after(band, first, end, worker, part)
			}
		}
		before := func() {
			parallel.For(c.PackBackTasks(), pack)
			begin()
		}
		passes = append(passes, pass{before: before, tasks: c.GradInputTasks(), run: run})
	}
	o.backward = together(passes...)
	if bias != nil && bias.needsGrad {
		o.backward = sequence(o.backward, biasGrad(t, c.OC, y, bias))
	}
}

// weightPass returns the pass that adds the gradient of a convolution's weights to dw, from numbers that the backward pass finds.
func (t *Tape) weightPass(c *kernels.Conv, dw func() []float32, x func() kernels.Numbers, gain func() []float32, dy func() kernels.Numbers) pass {
	if c.AddsWeights() {
		run := func(i, worker int) { c.GradWeightTo(i, x(), gain(), dy(), dw(), t.scratchOf(worker)) }
		return pass{tasks: c.GradWeightTasks(), run: run}
	}
	partial := t.temporary(c.Partial(), true)
	run := func(i, worker int) { c.GradWeightOf(i, x(), gain(), dy(), partial.data, t.scratchOf(worker)) }
	reduce := func(i, _ int) { c.Reduce(i, partial.data, dw()) }
	return pass{tasks: c.GradWeightTasks(), run: run, after: func() { parallel.For(c.ReduceTasks(), reduce) }}
}

// noGain is the gain of a convolution that has none.
func noGain() []float32 { return nil }

// gradient returns the gradient of v, which has its place once the tape is planned.
func (v *Var) gradient() []float32 { return v.grad.data }

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
