package autograd

import "math"

// MCC returns 1 less the mean over classes of Matthews' correlation coefficient of probabilities and target, a number, for
// logits x [N, H, W, classes] (Abhishek and Hamarneh, "Matthews Correlation Coefficient Loss for Deep Convolutional
// Networks", ISBI 2021). With the sums of right and wrong positives and negatives over the pixels that count, each with
// eps added,
//
//	mcc = (tp·tn - fp·fn) / √((tp+fp)·(tp+fn)·(tn+fp)·(tn+fn))
//
// Several classes are each compared with the rest. As for Dice, the mean is over the classes that occur in the target.
// segmentation_models_pytorch has it for one class, and takes probabilities. Of the options, Smooth, Log and Empty have no
// meaning here; Eps 0 means 1e-5.
func MCC(t *Tape, x *Var, target Target, o RegionOptions) *Var {
	checkWeights("mcc", x, o.Weights)
	if o.Eps == 0 {
		o.Eps = 1e-5
	}
	o.Empty = false
	mean := TverskyOptions{RegionOptions: o, Gamma: 1}
	return overlapLoss(t, "mcc", x, target, o.Ignore, func(s overlaps, slope overlapSlopes) float64 {
		return mean.mean(s, slope, func(s overlaps, j int) (loss, both, predicted float64) { return mcc(s, j, o.Eps) })
	})
}

// mcc returns the loss of class j and its slopes by the sums over p.
func mcc(s overlaps, j int, eps float64) (loss, both, predicted float64) {
	p, t, n := s.predicted[j], s.actual[j], s.pixels[j]
	tp, fp, fn := s.both[j]+eps, p-s.both[j]+eps, t-s.both[j]+eps
	tn := n - p - fn + 2*eps
	above := float64(tp*tn) - float64(fp*fn)
	below := math.Sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
	growth := (1/(tp+fp) - 1/(tn+fn)) / 2 // of below with p, for its size
	value := above / below
	return 1 - value, -(tp + fp + fn + tn) / below, (tp+fn)/below + float64(value*growth)
}
