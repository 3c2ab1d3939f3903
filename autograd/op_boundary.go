package autograd

import (
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// Boundary returns the mean over pixels and classes of p·φ, a number, for logits x [N, H, W, classes], with p the
// probabilities and φ how far the pixel lies outside the region of the class in its image, in pixels, negative inside
// (Kervadec et al., "Boundary loss for highly unbalanced segmentation", MIDL 2019; φ is that of kernels.SignedDistance). It
// is negative where more is right than wrong. classes are those that count, nil means all; the paper leaves the background
// out, and adds a loss of regions.
//
// A class that an image does not have, or has everywhere, has no boundary there: its φ is 0. An ignored pixel is not of the
// class, and counts neither in the sum nor in the number it is divided by; if all are ignored the loss is 0. A mixed target
// panics.
//
//	dp = dy·φ/count
func Boundary(t *Tape, x *Var, target Target, ignore int, classes []int) *Var {
	target.check("boundary", x, true)
	if target.Mixed != nil {
		panic("autograd: boundary: mixed targets have no boundary")
	}
	o, y := t.record("boundary", tensor.Dims(), x)
	o.keep = []*Var{x}
	b := newBoundary(t, x, target, ignore, classes)
	t.worker(max(2*b.size*b.c, 3*b.h*b.w+2*b.w))
	edges := func(i, worker int) { b.edges(i, t.scratchOf(worker)) }
	sum := func(i, worker int) { b.sums.loss[i], b.sums.count[i] = b.sum(i, t.scratchOf(worker)) }
	o.forward = func() {
		parallel.For(b.n*b.c, edges)
		parallel.For(b.blocks, sum)
		y.value.data[0] = b.sums.mean()
	}
	gradient := func(i, worker int) { b.gradient(i, b.sums.scale(y), t.scratchOf(worker)) }
	o.backward = func() { parallel.For(b.blocks, gradient) }
	return y
}

type boundary struct {
	lossBlocks
	x       *Var
	target  Target
	ignore  int
	n, h, w int
	counts  []bool  // by class
	planes  *buffer // class by class: φ of each pixel
	sums    *meanSums
}

func newBoundary(t *Tape, x *Var, target Target, ignore int, classes []int) *boundary {
	b := &boundary{lossBlocks: newLossBlocks(x), x: x, target: target, ignore: ignore}
	b.n, b.h, b.w, _ = x.Shape.NHWC()
	b.counts = make([]bool, b.c)
	for j := range b.counts {
		b.counts[j] = classes == nil
	}
	for _, j := range classes {
		b.counts[j] = true
	}
	b.planes = t.saved(b.rows * b.c)
	b.sums = newMeanSums(b.lossBlocks)
	return b
}

// edges computes φ of a class in an image.
func (b *boundary) edges(task int, scratch []float32) {
	j, pixels := task%b.c, b.h*b.w
	first := task / b.c * pixels
	if !b.counts[j] {
		return
	}
	mask, exclusive := scratch[:pixels], b.target.exclusive(b.c)
	for i := range mask {
		mask[i] = 0
		if label := b.target.label(first+i, j, b.c); int(label) != b.ignore &&
			(exclusive && int(label) == j || !exclusive && label == 1) {
			mask[i] = 1
		}
	}
	kernels.SignedDistance(b.h, b.w, mask, b.planes.data[j*b.rows+first:], tensor.Words(scratch[pixels:]))
}

// probabilities returns p of the pixels from begin to end.
func (b *boundary) probabilities(begin, end int, scratch []float32) []float32 {
	return b.target.probabilities(b.c, b.x.value.data[begin*b.c:end*b.c], scratch[:(end-begin)*b.c])
}

// weigh replaces what the target says of each probability of a block by its φ, 0 where it does not count, and returns how
// many count.
func (b *boundary) weigh(begin, end int, want []float32) (count float64) {
	b.target.dense(begin, end, b.c, b.ignore, want)
	for r := begin; r < end; r++ {
		for j, counts := range b.counts {
			v := &want[(r-begin)*b.c+j]
			if !counts || *v < 0 {
				*v = 0
				continue
			}
			*v = b.planes.data[j*b.rows+r]
			count++
		}
	}
	return count
}

func (b *boundary) sum(i int, scratch []float32) (loss, count float64) {
	begin, end := b.at(i)
	p := b.probabilities(begin, end, scratch)
	phi := scratch[len(p):][:len(p)]
	count = b.weigh(begin, end, phi)
	for k, v := range p {
		loss += float64(float64(v) * float64(phi[k]))
	}
	return loss, count
}

func (b *boundary) gradient(i int, scale float32, scratch []float32) {
	begin, end := b.at(i)
	p := b.probabilities(begin, end, scratch)
	dp := scratch[len(p):][:len(p)]
	b.weigh(begin, end, dp)
	kernels.Scale(scale, dp, dp)
	b.target.passProbabilities(b.x, b.c, begin*b.c, p, dp)
}
