package autograd

import (
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// ScaledConvBatchNorm returns ConvBatchNorm of ScaleChannels: the end of a squeeze-and-excitation (Hu et al., CVPR 2018).
// The scaled image is never stored: the convolution scales what it reads, and a task of the gradient scales what it has
// just computed. x is [N, H, W, IC], s [N, 1, 1, IC], w [KH, KW, IC, OC].
//
//	y = BN((x·s) ⋆ w),   dp = dz ⋆ wᵀ turned by 180°,   dx = dp·s,   ds = Σ over pixels x·dp,   dw = Σ over pixels (x·s)·dz
func ScaledConvBatchNorm(t *Tape, x, s, w *Var, win kernels.Window, gamma, beta *Var, stats BatchStats, act Activation) *Var {
	n, ih, iw, ic := x.Shape.NHWC()
	if s.Shape != tensor.Dims(n, 1, 1, ic) {
		panic(&tensor.ShapeError{Op: "scaled conv", Got: []tensor.Shape{x.Shape, s.Shape},
			Detail: "want a factor for each image and channel"})
	}
	c := t.Precision.NewScaledConv(n, ic, w.Shape.Dim(3), convWindow(x, w, nil, 1, win))
	in := []*Var{x, s, w}
	still := stats.still(t, x, s, w, gamma, beta)
	if still {
		in = append(in, gamma, beta)
	}
	o, y := t.record("scaled conv", tensor.Dims(n, c.OH(), c.OW(), c.OC), in...)
	o.keep, o.adds, o.unpacks = []*Var{x, s, w}, []*Var{w}, []*Var{x}
	sc := &scaledConv{t: t, c: c, x: x, s: s, w: w, y: y, pixels: ih * iw}
	if !still && !stats.measures(t) {
		sc.record(o, noNext)
		return BatchNorm(t, y, gamma, beta, stats, act)
	}
	if !still {
		m := &momentsOf{}
		m.prepare(t, y, stats, c.ForwardBands())
		sc.record(o, m.after)
		return normalisation(t, y, gamma, beta, stats, act, m.sums)
	}
	b := newBatchNorm(y, gamma, beta, y, stats, act)
	b.coef = t.prepared(4 * b.c)
	sc.record(o, b.inPlace(c.ForwardPixels))
	o.prepare = sequence(o.prepare, b.affineOfRunning)
	return y
}

type scaledConv struct {
	t          *Tape
	c          *kernels.Conv
	x, s, w, y *Var
	pixels     int // of an image of x
}

func (sc *scaledConv) record(o *op, after next) {
	c, t := sc.c, sc.t
	t.convWorker(c)
	packed := t.prepared(c.ForwardPacked())
	pack := func(i, _ int) { c.PackForward(i, sc.w.value.data, packed.data) }
	if c.Rounded() {
		o.carry(sc.x)
	}
	t.needRoom(partOf(c.ForwardPixels, c.OC))
	bands := newBands(c.ForwardBands(), c.ForwardTasks())
	run := func(i, worker int) {
		begin, end := c.ForwardPixels(i)
		part := sc.y.part(begin*c.OC, end*c.OC, false, t.roomOf(worker))
		if c.Rounded() {
			c.ForwardOf(i, false, sc.x.values(), sc.s.value.data, packed.data, part, t.scratchOf(worker))
		} else {
			c.ForwardScaled(i, sc.x.value.data, sc.s.value.data, packed.data, sc.y.value.data, t.scratchOf(worker))
		}
		if band, whole := bands.whole(i); whole && !after(band, begin*c.OC, part) {
			sc.y.put(begin*c.OC, part)
		}
	}
	o.prepare = func() { parallel.For(c.PackForwardTasks(), pack) }
	o.forward = func() { parallel.For(c.ForwardTasks(), run) }
	if sc.y.needsGrad {
		o.backward = together(sc.weightBack(), sc.inputBack())
	}
}

// weightBack returns the pass of the gradient of the weights.
func (sc *scaledConv) weightBack() pass {
	if !sc.w.needsGrad {
		return pass{}
	}
	gain := func() []float32 { return sc.s.value.data }
	return sc.t.weightPass(sc.c, sc.w.gradient, sc.x.numbers, gain, sc.y.slope)
}

// inputBack returns the pass of the gradients of the image and of the factors.
func (sc *scaledConv) inputBack() pass {
	if !sc.x.needsGrad && !sc.s.needsGrad {
		return pass{}
	}
	c, t, x := sc.c, sc.t, sc.x
	packed, partial := t.temporary(c.BackPacked(), true), t.temporary(c.GradInputBands()*c.IC, true)
	t.worker(max(l1Floats, c.IC))
	size := partOf(c.GradInputPixels, c.IC)
	t.needRoom(2 * size)
	local := t.carries() && c.Rounded() // dp lies in the room of a worker
	scaled := &buffer{}                 // dp, where else it cannot be the gradient of x on the way
	if !local {
		scaled = t.temporary(x.Shape.Size(), true)
	}
	pack := func(i, _ int) { c.PackBack(i, sc.w.value.data, packed.data) }
	bands := newBands(c.GradInputBands(), c.GradInputTasks())
	run := func(i, worker int) {
		first, end := c.GradInputPixels(i)
		at, to, room := first*c.IC, end*c.IC, t.roomOf(worker)
		var dp []float32
		if local {
			dp = room[size:][:to-at]
			c.GradInputOf(i, false, sc.y.slope(), packed.data, dp, t.scratchOf(worker))
		} else {
			all := scaled.data
			if x.needsGrad && !x.accumulate {
				all = x.grad.data
			}
			c.GradInput(i, false, sc.y.grad.data, packed.data, all, t.scratchOf(worker))
			dp = all[at:to]
		}
		band, whole := bands.whole(i)
		if !whole {
			return
		}
		image := first / sc.pixels
		part := partial.data[band*c.IC:][:c.IC]
		clear(part)
		if local && x.carried() && x.slope16 != nil && !x.accumulate {
			kernels.ScaleGrad16(end-first, c.IC, x.stored.numbers[at:], sc.s.value.data[image*c.IC:], dp, part, x.slope16.numbers[at:])
			return
		}
		sc.dot(at, to, dp, part, t.scratchOf(worker))
		x.passChannels(end-first, at, sc.s.value.data[image*c.IC:][:c.IC], dp, room)
	}
	blocks := imageBlocks{n: c.N, c: c.IC, blocks: c.GradInputBands() / c.N}
	before := func() { parallel.For(c.PackBackTasks(), pack) }
	after := func() {
		if sc.s.needsGrad {
			blocks.combine(partial.data, sc.s.addTo)
		}
	}
	return pass{before, c.GradInputTasks(), run, after}
}

// dot adds the products of x from element begin to end and dp of each channel to part.
func (sc *scaledConv) dot(begin, end int, dp, part, scratch []float32) {
	n := end - begin
	if sc.x.stored != nil { // as many as stay in the cache
		n = max(1, l1Floats/sc.c.IC) * sc.c.IC
	}
	for first := begin; begin < end; begin += n {
		n = min(n, end-begin)
		kernels.ChannelDot(n/sc.c.IC, sc.c.IC, sc.x.rows(begin, begin+n, scratch), dp[begin-first:], part)
	}
}
