package autograd

import (
	"tessera/internal/parallel"
	"tessera/kernels"
)

// A foldedPart is the part of the enlarged image where operands are rounded: the transpose of a 4×4 convolution of stride 2 (see
// kernels.Fold), since differences of rounded pixels would lose digits.
type foldedPart struct {
	*upConv
	x      *Var
	cx     int // its channels
	folded *kernels.Conv
}

func newFoldedPart(u *upConv, x *Var) *foldedPart {
	n, h, w, cx := x.Shape.NHWC()
	p := &foldedPart{u, x, cx, u.t.Precision.NewConv(n, u.oc, cx, 1, kernels.FoldedWindow(2*h, 2*w))}
	p.folded.Swapped = true
	return p
}

func (p *foldedPart) kernel() *kernels.Conv            { return p.folded }
func (p *foldedPart) image() *Var                      { return p.x }
func (p *foldedPart) bands() int                       { return p.folded.GradInputBands() }
func (p *foldedPart) pixels(band int) (begin, end int) { return p.folded.GradInputPixels(band) }

// foldInto returns the pass that folds the weights of the part's channels.
func (p *foldedPart) foldInto(weights *buffer) func() {
	fold := func(i, _ int) { kernels.Fold(i, p.cx, p.ic, p.oc, p.w.value.data, weights.data) }
	return func() { parallel.For(kernels.FoldTasks, fold) }
}

func (p *foldedPart) forward(adds bool, after next) (prepare, forward func()) {
	c := p.folded
	weights, packed := p.t.temporary(16*p.cx*p.oc, false), p.t.prepared(c.BackPacked())
	pack := func(i, _ int) { c.PackBack(i, weights.data, packed.data) }
	p.t.needRoom(partOf(c.GradInputPixels, c.IC))
	bands := newBands(c.GradInputBands(), c.GradInputTasks())
	run := func(i, worker int) {
		begin, end := c.GradInputPixels(i)
		part := p.y.part(begin*c.IC, end*c.IC, adds, p.t.roomOf(worker))
		if c.Rounded() {
			c.GradInputOf(i, adds, p.x.values(), packed.data, part, p.t.scratchOf(worker))
		} else {
			c.GradInput(i, adds, p.x.value.data, packed.data, p.y.value.data, p.t.scratchOf(worker))
		}
		if band, whole := bands.whole(i); whole && !after(band, begin*c.IC, part) {
			p.y.put(begin*c.IC, part)
		}
	}
	prepare = sequence(p.foldInto(weights), func() { parallel.For(c.PackBackTasks(), pack) })
	return prepare, func() { parallel.For(c.GradInputTasks(), run) }
}

// waiting returns x for the backward pass: as it waits where that is in bfloat16, else restored.
func (p *foldedPart) waiting() kernels.Numbers {
	if p.t.carries() && p.folded.Rounded() {
		return p.x.numbers()
	}
	return kernels.Floats(p.x.value.data)
}

func (p *foldedPart) back() []pass {
	c, t := p.folded, p.t
	var passes []pass
	if p.w.needsGrad {
		dfolded := t.temporary(16*p.cx*p.oc, true)
		weight := t.weightPass(c, func() []float32 { return dfolded.data }, p.y.slope, noGain, p.waiting)
		unfold := func(i, _ int) { kernels.Unfold(i, p.cx, p.ic, p.oc, dfolded.data, p.w.grad.data) }
		passes = append(passes, weight.by(dfolded, kernels.UnfoldTasks, unfold))
	}
	if p.x.needsGrad {
		weights, packed := t.temporary(16*p.cx*p.oc, true), t.temporary(c.ForwardPacked(), true)
		pack := func(i, _ int) { c.PackForward(i, weights.data, packed.data) }
		begin, after := t.complete(p.x, c.ForwardBands(), true)
		t.needRoom(partOf(c.ForwardPixels, c.OC))
		bands := newBands(c.ForwardBands(), c.ForwardTasks())
		run := func(i, worker int) {
			first, end := c.ForwardPixels(i)
			part := p.x.slopePart(first*c.OC, end*c.OC, t.roomOf(worker))
			if c.Rounded() {
				c.ForwardOf(i, p.x.accumulate, p.y.slope(), nil, packed.data, part, t.scratchOf(worker))
			} else {
				c.Forward(i, p.x.accumulate, p.y.grad.data, packed.data, p.x.grad.data, t.scratchOf(worker))
			}
			if band, whole := bands.whole(i); whole {
				after(band, first, end, worker, part)
			}
		}
		fold := p.foldInto(weights)
		before := func() {
			fold()
			parallel.For(c.PackForwardTasks(), pack)
			begin()
		}
		passes = append(passes, pass{before: before, tasks: c.ForwardTasks(), run: run})
	}
	return passes
}
