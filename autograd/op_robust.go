package autograd

import (
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// GeneralizedCrossEntropy returns the mean over pixels of weight·(1 - p^q)/q, a number, with p the probability of the target: see
// kernels.GCE. x is [N, H, W, classes]. p is of the softmax where classes exclude each other, else of each class against the rest,
// which are all means then. Ignored and mixed pixels and weights are those of CrossEntropy.
//
//	dx = dy·weight·p^q·(softmax(x) - target)/Σ weights
func GeneralizedCrossEntropy(t *Tape, x *Var, target Target, ignore int, q float32, weights []float32) *Var {
	return pixelLoss(t, "generalized cross-entropy", x, target, ignore, kernels.GCE{Q: q}, weights)
}

// SymmetricCrossEntropy returns the mean over pixels of weight·(alpha·(-ln p) + beta·logZero·(1-p)), as GeneralizedCrossEntropy: see
// kernels.SCE.
//
//	dx = dy·weight·(alpha + beta·logZero·p)·(softmax(x) - target)/Σ weights
func SymmetricCrossEntropy(t *Tape, x *Var, target Target, ignore int, alpha, beta, logZero float32, weights []float32) *Var {
	return pixelLoss(t, "symmetric cross-entropy", x, target, ignore, kernels.SCE{Alpha: alpha, Beta: beta, LogZero: logZero}, weights)
}

// BootstrappedCrossEntropy returns the mean over pixels of cross-entropy with a target that is beta parts the label and the rest what
// the model says itself, as GeneralizedCrossEntropy: see kernels.Bootstrap.
//
//	dx = dy·weight·(beta·(s - target) + (1-beta)·own)/Σ weights;  own = -s·(ln s - Σ s·ln s), hard: s - z
func BootstrappedCrossEntropy(t *Tape, x *Var, target Target, ignore int, beta float32, hard bool, weights []float32) *Var {
	const op = "bootstrapped cross-entropy"
	checkWeights(op, x, weights)
	b := kernels.Bootstrap{C: channels(x), Beta: beta, Hard: hard, Weight: weights}
	if target.Exclusive(x) {
		return exclusiveMean(t, op, x, target, ignore, &kernels.SoftmaxBootstrap{Bootstrap: b})
	}
	return binaryMean(t, op, x, target, ignore, &kernels.SigmoidBootstrap{Bootstrap: b})
}

func pixelLoss(t *Tape, op string, x *Var, target Target, ignore int, of kernels.PixelLoss, weights []float32) *Var {
	checkWeights(op, x, weights)
	if target.Exclusive(x) {
		return exclusiveMean(t, op, x, target, ignore, &kernels.SoftmaxLoss{C: channels(x), Of: of, Weight: weights})
	}
	return binaryMean(t, op, x, target, ignore, &kernels.SigmoidLoss{C: channels(x), Of: of, Weight: weights})
}

// An exclusiveLoss is a loss of rows of logits of classes that exclude each other.
type exclusiveLoss interface {
	Loss(ignore int, x []float32, target kernels.Labels, scratch []float32) (loss, count float64)
	Grad(ignore int, x []float32, target kernels.Labels, scale float32, dx []float32)
}

func exclusiveMean(t *Tape, op string, x *Var, target Target, ignore int, l exclusiveLoss) *Var {
	target.check(op, x, false)
	o, y := t.record(op, tensor.Dims(), x)
	o.keep = []*Var{x}
	b := newLossBlocks(x)
	t.worker(b.size * b.c)
	sums := newMeanSums(b)
	forward := func(i, worker int) {
		begin, end := b.at(i)
		sums.loss[i], sums.count[i] = l.Loss(ignore, x.value.data[begin*b.c:end*b.c], target.rows(begin, end), t.scratchOf(worker))
	}
	o.forward = func() {
		parallel.For(b.blocks, forward)
		y.value.data[0] = sums.mean()
	}
	backward := func(i, worker int) {
		begin, end := b.at(i)
		x.passBlock(begin*b.c, end*b.c, t.scratchOf(worker), func(dx []float32) {
			l.Grad(ignore, x.value.data[begin*b.c:end*b.c], target.rows(begin, end), sums.scale(y), dx)
		})
	}
	o.backward = func() { parallel.For(b.blocks, backward) }
	return y
}
