package autograd

import "tessera/kernels"

// Focal returns the mean over pixels of weight·(1-p)^gamma·(-ln p), a number, with p = softmax(x)[target] (Lin et al.,
// "Focal Loss for Dense Object Detection", ICCV 2017, for several classes). x is [N, H, W, classes], the target's class
// indices [N, H, W]. Ignored and mixed pixels and weights are those of CrossEntropy, which this is for gamma 0. It differs
// on purpose from segmentation_models_pytorch, whose multiclass focal loss is SigmoidFocal.
//
//	dx = dy·weight·((1-p)^gamma + gamma·p·(1-p)^(gamma-1)·(-ln p))·(softmax(x) - target)/Σ weights
func Focal(t *Tape, x *Var, target Target, ignore int, gamma float32, weights []float32) *Var {
	checkWeights("focal", x, weights)
	return exclusiveMean(t, "focal", x, target, ignore,
		&kernels.SoftmaxLoss{C: channels(x), Of: kernels.Focal{Gamma: gamma}, Weight: weights})
}
