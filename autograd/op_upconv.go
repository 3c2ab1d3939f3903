package autograd

import (
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// UpsampleConv enlarges x [N, H, W, CX] twice by nearest neighbour, joins skip [N, 2H, 2W, CS] unless that is nil, and
// convolves with w [3, 3, CX+CS, OC], padded by one: what ResizeNearest, Concat and Conv do, without the enlarged and
// the joined image, and with 9 products instead of 36 for four pixels and a channel of x (see kernels.NewUpConv). It rounds
// differently from the three operations.
func UpsampleConv(t *Tape, x, skip, w *Var) *Var {
	o, u := newUpConv(t, x, skip, w)
	u.record(o, noNext)
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
		m.prepare(t, u.y, stats, u.bands())
		return normalisation(t, u.y, gamma, beta, stats, act, m.sums)
	}
	o, u := newUpConv(t, x, skip, w, gamma, beta)
	b := newBatchNorm(u.y, gamma, beta, u.y, stats, act)
	b.coef = t.prepared(4 * b.c)
	u.record(o, b.inPlace(u.pixels))
	o.prepare = sequence(o.prepare, b.affineOfRunning)
	return u.y
}

// record records both passes; after is called with each band that completes y, and its pixels.
func (u *upConv) record(o *op, after next) {
	var prepare, forward []func()
	for i, part := range u.parts {
		done := next(noNext)
		if i == len(u.parts)-1 {
			done = after
		}
		pack, run := part.forward(i > 0, done)
		prepare, forward = append(prepare, pack), append(forward, run)
	}
	o.prepare, o.forward = sequence(prepare...), sequence(forward...)
	if u.y.needsGrad {
		var passes []pass
		for _, part := range u.parts {
			passes = append(passes, part.back()...)
		}
		o.backward = together(passes...)
	}
}

// bands returns the number of bands that complete y.
func (u *upConv) bands() int { return u.parts[len(u.parts)-1].bands() }

// pixels returns the pixels of one of them.
func (u *upConv) pixels(band int) (begin, end int) {
	return u.parts[len(u.parts)-1].pixels(band)
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
	u := &upConv{t: t, w: w, y: y, ic: ic, oc: oc}
	if !t.Precision.Rounds() {
		u.parts = []upConvPart{&plainPart{u, x, 0, kernels.NewUpConv(n, h, wd, cx, oc)}}
	} else {
		u.parts = []upConvPart{newFoldedPart(u, x)}
	}
	if skip != nil {
		win := kernels.Window{IH: 2 * h, IW: 2 * wd, KH: 3, KW: 3, SH: 1, SW: 1, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1}
		u.parts = append(u.parts, &plainPart{u, skip, cx, t.Precision.NewConv(n, cs, oc, 1, win)})
	}
	o.reads, o.slopes, o.makes, o.takes = nil, nil, true, true
	for _, part := range u.parts {
		o.flops += part.kernel().FLOPs()
		if part.kernel().Rounded() {
			o.reads, o.slopes = append(o.reads, part.image()), append(o.slopes, part.image())
		} else {
			o.makes, o.takes = false, false
		}
		o.rounds = append(o.rounds, roundedBy(part.kernel(), part.image())...)
		t.convWorker(part.kernel())
		if plain, ok := part.(*plainPart); ok {
			o.unpacks = append(o.unpacks, plain.x)
		} else if t.carries() && part.kernel().Rounded() {
			o.unpacks = append(o.unpacks, part.image())
		}
	}
	return o, u
}

// upConv is the sum of two convolutions: of x, enlarged, and of the skip connection.
type upConv struct {
	t      *Tape
	w, y   *Var
	ic, oc int
	parts  []upConvPart
}

// An upConvPart is one of them.
type upConvPart interface {
	kernel() *kernels.Conv
	image() *Var
	// bands is the number of bands of the forward pass, and pixels are those of one.
	bands() int
	pixels(band int) (begin, end int)
	// forward returns the pass that packs the weights, and the one that adds the part to y, or overwrites y; it calls after with
	// each band that has been computed, and its pixels.
	forward(adds bool, after next) (prepare, run func())
	// back returns the passes of the gradients of the weights and of the image.
	back() []pass
}

// A plainPart is computed from the image as it is.
type plainPart struct {
	*upConv
	x     *Var
	first int // of the weights' channels that are its
	conv  *kernels.Conv
}

func (p *plainPart) kernel() *kernels.Conv            { return p.conv }
func (p *plainPart) image() *Var                      { return p.x }
func (p *plainPart) bands() int                       { return p.conv.ForwardBands() }
func (p *plainPart) pixels(band int) (begin, end int) { return p.conv.ForwardPixels(band) }

// weightsInto returns the pass that copies the weights of the part's channels.
func (p *plainPart) weightsInto(weights *buffer) func() {
	size := p.conv.IC * p.oc
	tap := func(i, _ int) { copy(weights.data[i*size:][:size], p.w.value.data[(i*p.ic+p.first)*p.oc:]) }
	return func() { parallel.For(9, tap) }
}

func (p *plainPart) forward(adds bool, after next) (prepare, forward func()) {
	c := p.conv
	weights, packed := p.t.temporary(9*c.IC*p.oc, false), p.t.prepared(c.ForwardPacked())
	split := p.weightsInto(weights)
	pack := func(i, _ int) { c.PackForward(i, weights.data, packed.data) }
	p.t.needRoom(partOf(c.ForwardPixels, c.OC))
	bands := newBands(c.ForwardBands(), c.ForwardTasks())
	run := func(i, worker int) {
		begin, end := c.ForwardPixels(i)
		part := p.y.part(begin*c.OC, end*c.OC, adds, p.t.roomOf(worker))
		if c.Rounded() {
			c.ForwardOf(i, adds, p.x.values(), nil, packed.data, part, p.t.scratchOf(worker))
		} else {
			c.Forward(i, adds, p.x.value.data, packed.data, p.y.value.data, p.t.scratchOf(worker))
		}
		if band, whole := bands.whole(i); whole && !after(band, begin*c.OC, part) {
			p.y.put(begin*c.OC, part)
		}
	}
	prepare = func() {
		split()
		parallel.For(c.PackForwardTasks(), pack)
	}
	return prepare, func() { parallel.For(c.ForwardTasks(), run) }
}

// by returns the pass of weights whose gradient is added to dw, which it clears, and from there to where tasks of share put it.
func (p pass) by(dw *buffer, tasks int, share func(task, worker int)) pass {
	reduce := p.after
	p.before = func() { clear(dw.data) }
	p.after = func() {
		if reduce != nil {
			reduce()
		}
		parallel.For(tasks, share)
	}
	return p
}

func (p *plainPart) back() []pass {
	c, t, size := p.conv, p.t, p.conv.IC*p.oc
	var passes []pass
	if p.w.needsGrad {
		dw := t.temporary(9*size, true)
		weight := t.weightPass(c, func() []float32 { return dw.data }, p.x.numbers, noGain, p.y.slope)
		join := func(tap, _ int) {
			kernels.Accumulate(dw.data[tap*size:][:size], p.w.grad.data[(tap*p.ic+p.first)*p.oc:])
		}
		passes = append(passes, weight.by(dw, 9, join))
	}
	if p.x.needsGrad {
		weights, packed := t.temporary(9*size, true), t.temporary(c.BackPacked(), true)
		split := p.weightsInto(weights)
		pack := func(i, _ int) { c.PackBack(i, weights.data, packed.data) }
		begin, after := t.complete(p.x, c.GradInputBands(), true)
		t.needRoom(partOf(c.GradInputPixels, c.IC))
		bands := newBands(c.GradInputBands(), c.GradInputTasks())
		run := func(i, worker int) {
			first, end := c.GradInputPixels(i)
			part := p.x.slopePart(first*c.IC, end*c.IC, t.roomOf(worker))
			if c.Rounded() {
				c.GradInputOf(i, p.x.accumulate, p.y.slope(), packed.data, part, t.scratchOf(worker))
			} else {
				c.GradInput(i, p.x.accumulate, p.y.grad.data, packed.data, p.x.grad.data, t.scratchOf(worker))
			}
			if band, whole := bands.whole(i); whole {
				after(band, first, end, worker, part)
			}
		}
		before := func() {
			split()
			parallel.For(c.PackBackTasks(), pack)
			begin()
		}
		passes = append(passes, pass{before: before, tasks: c.GradInputTasks(), run: run})
	}
	return passes
}
