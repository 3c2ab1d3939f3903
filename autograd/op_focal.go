package autograd

import (
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// Focal returns the mean over pixels of weight·(1-p)^gamma·(-ln p), a number, with p = softmax(x)[target] (Lin et al.,
// "Focal Loss for Dense Object Detection", ICCV 2017, for several classes). x is [N, H, W, classes], the target's class
// indices [N, H, W]. Ignored and mixed pixels and weights are those of CrossEntropy, which this is for gamma 0. It differs
// on purpose from segmentation_models_pytorch, whose multiclass focal loss is SigmoidFocal.
//
//	dx = dy·weight·((1-p)^gamma + gamma·p·(1-p)^(gamma-1)·(-ln p))·(softmax(x) - target)/Σ weights
func Focal(t *Tape, x *Var, target Target, ignore int, gamma float32, weights []float32) *Var {
	target.check("focal", x, false)
	checkWeights("focal", x, weights)
	o, y := t.record("focal", tensor.Dims(), x)
	o.keep = []*Var{x}
	b := newLossBlocks(x)
	t.worker(b.size * b.c)
	sums := newMeanSums(b)
	forward := func(i, worker int) {
		begin, end := b.at(i)
		sums.loss[i], sums.count[i] = kernels.Focal(end-begin, b.c, ignore, gamma, weights,
			x.value.data[begin*b.c:end*b.c], target.rows(begin, end), t.scratchOf(worker))
	}
	o.forward = func() {
		parallel.For(b.blocks, forward)
		y.value.data[0] = sums.mean()
	}
	backward := func(i, worker int) {
		begin, end := b.at(i)
		x.passBlock(begin*b.c, end*b.c, t.scratchOf(worker), func(dx []float32) {
			kernels.FocalGrad(end-begin, b.c, ignore, gamma, weights, x.value.data[begin*b.c:end*b.c],
				target.rows(begin, end), sums.scale(y), dx)
		})
	}
	o.backward = func() { parallel.For(b.blocks, backward) }
	return y
}
