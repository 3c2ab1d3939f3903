package autograd

import (
	"fmt"

	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// NoIgnore is the ignored class of losses that count every pixel.
const NoIgnore = -1

// CrossEntropy returns the mean over pixels of -log softmax(x)[target], a number. x is [N, H, W, classes], the target's
// class indices [N, H, W]. Pixels of class ignore count neither in the sum nor in the number it is divided by; if all
// are ignored the loss is 0. smoothing spreads that share of the target over all classes; weights, one a class or nil,
// multiply a pixel's loss and its share of the mean. A mixed pixel's loss, and its weight, is that of its two classes
// times their shares. It is PyTorch's CrossEntropyLoss, but for weights of mixed pixels, which that does not divide by, and
// for nothing to count, of which that makes NaN.
//
//	dx = dy·weight·(softmax(x) - target)/Σ weights;  the softmax is computed again, not stored
func CrossEntropy(t *Tape, x *Var, target Target, ignore int, smoothing float32, weights []float32) *Var {
	target.check("cross-entropy", x, false)
	checkWeights("cross-entropy", x, weights)
	o, y := t.record("cross-entropy", tensor.Dims(), x)
	o.keep = []*Var{x}
	b := newLossBlocks(x)
	norm := t.saved(2 * b.rows)
	t.worker(b.size * b.c)
	sums := newMeanSums(b)
	forward := func(i, worker int) {
		begin, end := b.at(i)
		sums.loss[i], sums.count[i] = kernels.CrossEntropy(end-begin, b.c, ignore, smoothing, weights,
			x.value.data[begin*b.c:end*b.c], target.rows(begin, end), norm.data[2*begin:2*end], t.scratchOf(worker))
	}
	o.forward = func() {
		parallel.For(b.blocks, forward)
		y.value.data[0] = sums.mean()
	}
	backward := func(i, worker int) {
		begin, end := b.at(i)
		x.passBlock(begin*b.c, end*b.c, t.scratchOf(worker), func(dx []float32) {
			kernels.CrossEntropyGrad(end-begin, b.c, ignore, smoothing, weights, x.value.data[begin*b.c:end*b.c],
				target.rows(begin, end), norm.data[2*begin:2*end], sums.scale(y), dx)
		})
	}
	o.backward = func() { parallel.For(b.blocks, backward) }
	return y
}

func checkWeights(op string, x *Var, weights []float32) {
	if _, _, _, classes := x.Shape.NHWC(); weights != nil && len(weights) != classes {
		panic(fmt.Sprintf("autograd: %s: %d weights for %d classes", op, len(weights), classes))
	}
}
