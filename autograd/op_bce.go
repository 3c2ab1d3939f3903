package autograd

import (
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// BCE returns the mean over pixels and classes of binary cross-entropy, a number, for logits x [N, H, W, classes]:
//
//	-posWeight·s·ln σ(x) - (1-s)·ln(1-σ(x)),   s = t·(1-smoothing) + (1-t)·smoothing
//
// where t is 1 for the pixel's class and 0 for the others, or what the target says of each class. posWeight and weights,
// one a class or nil, multiply the loss of what is there, and a class's loss and its share of the mean. What is ignored
// counts neither in the sum nor in the number it is divided by; this differs on purpose from segmentation_models_pytorch,
// whose SoftBCEWithLogitsLoss divides by ignored pixels too. If all is ignored the loss is 0.
//
//	dx = dy·weight·((1-s)·σ(x) - posWeight·s·(1-σ(x)))/Σ weights
func BCE(t *Tape, x *Var, target Target, ignore int, smoothing float32, posWeight, weights []float32) *Var {
	checkWeights("bce", x, weights)
	checkWeights("bce", x, posWeight)
	return binaryMean(t, "bce", x, target, ignore,
		&kernels.BCE{C: channels(x), Smoothing: smoothing, PosWeight: posWeight, Weight: weights})
}

// SigmoidFocal returns the mean over pixels and classes of the focal loss of each class against the rest, as
// segmentation_models_pytorch has it for all its modes: see kernels.SigmoidFocal. alpha, from 0 to 1, weighs what is there
// and 1-alpha what is not; nil means 1 and 1. reduced is the probability below which what is right counts in full, 0 for
// none. weights are those of the classes, nil means 1 each.
func SigmoidFocal(t *Tape, x *Var, target Target, ignore int, gamma float32, alpha *float32, reduced float32, weights []float32) *Var {
	checkWeights("focal", x, weights)
	f := &kernels.SigmoidFocal{C: channels(x), Gamma: gamma, On: 1, Off: 1, Reduced: reduced, Weight: weights}
	if alpha != nil {
		f.On, f.Off = *alpha, 1-*alpha
	}
	return binaryMean(t, "focal", x, target, ignore, f)
}

func channels(x *Var) int {
	_, _, _, c := x.Shape.NHWC()
	return c
}

// A binaryLoss is a loss of logits that are judged apart from each other, of what t says of them: -1 does not count.
type binaryLoss interface {
	Loss(x, t, scratch []float32) (loss, count float64)
	Grad(x, t []float32, scale float32, dx []float32)
}

func binaryMean(t *Tape, op string, x *Var, target Target, ignore int, l binaryLoss) *Var {
	target.check(op, x, true)
	o, y := t.record(op, tensor.Dims(), x)
	o.keep = []*Var{x}
	b := newLossBlocks(x)
	t.worker(2 * b.size * b.c)
	sums := newMeanSums(b)
	// block returns the logits of block i, what the target says of them, and the rest of the scratch.
	block := func(i, worker int) (begin, end int, logits, want, rest []float32) {
		begin, end = b.at(i)
		logits, want = x.value.data[begin*b.c:end*b.c], t.scratchOf(worker)[:(end-begin)*b.c]
		target.dense(begin, end, b.c, ignore, want)
		return begin, end, logits, want, t.scratchOf(worker)[len(want):]
	}
	forward := func(i, worker int) {
		_, _, logits, want, rest := block(i, worker)
		sums.loss[i], sums.count[i] = l.Loss(logits, want, rest)
	}
	o.forward = func() {
		parallel.For(b.blocks, forward)
		y.value.data[0] = sums.mean()
	}
	backward := func(i, worker int) {
		begin, end, logits, want, rest := block(i, worker)
		x.passBlock(begin*b.c, end*b.c, rest, func(dx []float32) { l.Grad(logits, want, sums.scale(y), dx) })
	}
	o.backward = func() { parallel.For(b.blocks, backward) }
	return y
}
