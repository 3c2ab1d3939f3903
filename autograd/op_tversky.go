package autograd

import (
	"fmt"

	"tessera/kernels"
)

// RegionOptions are what losses of overlapping regions have in common.
type RegionOptions struct {
	Ignore  int       // label that does not count, NoIgnore for none
	Smooth  float64   // pixels added to the overlap and to what it is divided by
	Eps     float64   // least divisor, and least score that Log takes; 0 means 1e-7
	Log     bool      // -ln of the score, instead of 1 less the score
	Classes []int     // that count; nil means all
	Weights []float32 // of the classes in the mean; nil means 1 each
	// Empty also counts classes that do not occur in the batch: their score is Smooth over what is wrongly predicted and
	// Smooth, so Smooth must be above 0.
	Empty bool
}

// TverskyOptions are the settings of Tversky.
type TverskyOptions struct {
	RegionOptions
	Alpha, Beta float64 // weights of what is wrongly predicted, and of what is missed
	Gamma       float64 // exponent of the mean; 0 means 1
}

// Dice is Tversky with Alpha and Beta 1/2: the score is 2·Σ p·t / (Σ p + Σ t) (Milletari et al., "V-Net", 3DV 2016).
func Dice(t *Tape, x *Var, target Target, o RegionOptions) *Var {
	return tversky(t, "dice", x, target, TverskyOptions{RegionOptions: o, Alpha: 0.5, Beta: 0.5})
}

// Jaccard is Tversky with Alpha and Beta 1: the score is the intersection over the union (Rahman and Wang, "Optimizing
// Intersection-Over-Union in Deep Neural Networks for Image Segmentation", ISVC 2016).
func Jaccard(t *Tape, x *Var, target Target, o RegionOptions) *Var {
	return tversky(t, "jaccard", x, target, TverskyOptions{RegionOptions: o, Alpha: 1, Beta: 1})
}

// Tversky returns (mean over classes of 1 - score)^Gamma, a number, for logits x [N, H, W, classes] (Salehi et al.,
// "Tversky loss function for image segmentation using 3D fully convolutional deep networks", MLMI 2017). With p the
// probabilities and t the target, and sums over all pixels of the batch that count,
//
//	score = (I + smooth) / (I + alpha·(Σ p - I) + beta·(Σ t - I) + smooth),   I = Σ p·t
//
// Gamma other than 1 makes it focal (Abraham and Khan, "A Novel Focal Tversky Loss Function", ISBI 2019, whose gamma is
// 1/Gamma). The mean is over the classes that occur in the target: where there is nothing to find no overlap can be
// gained. This differs on purpose from segmentation_models_pytorch, where the loss of an absent class is 0 but counts in
// the mean, and so makes the loss of the others smaller. If no class occurs the loss is 0. Empty changes that.
func Tversky(t *Tape, x *Var, target Target, o TverskyOptions) *Var {
	return tversky(t, "tversky", x, target, o)
}

func tversky(t *Tape, op string, x *Var, target Target, o TverskyOptions) *Var {
	checkWeights(op, x, o.Weights)
	if o.Empty && !(o.Smooth > 0) {
		panic(fmt.Sprintf("autograd: %s: absent classes count only with smooth above 0", op))
	}
	if o.Eps == 0 {
		o.Eps = 1e-7
	}
	if o.Gamma == 0 {
		o.Gamma = 1
	}
	return overlapLoss(t, op, x, target, o.Ignore, func(s overlaps, slope overlapSlopes) float64 {
		return o.mean(s, slope, o.score)
	})
}

// score returns the loss of class j and its slopes by the sums over p.
func (o *TverskyOptions) score(s overlaps, j int) (loss, both, predicted float64) {
	overlap := s.both[j]
	below := overlap + float64(o.Alpha*(s.predicted[j]-overlap)) + float64(o.Beta*(s.actual[j]-overlap)) + o.Smooth
	byBoth, byPredicted := 1-o.Alpha-o.Beta, o.Alpha
	if below < o.Eps {
		below, byBoth, byPredicted = o.Eps, 0, 0
	}
	score := (overlap + o.Smooth) / below
	both, predicted = -(1-float64(score*byBoth))/below, float64(score*byPredicted)/below
	if !o.Log {
		return 1 - score, both, predicted
	}
	if score < o.Eps {
		return -kernels.Log64(o.Eps), 0, 0
	}
	return -kernels.Log64(score), both / score, predicted / score
}

// mean returns the mean of the classes' losses to the power of Gamma, and sets its slopes.
func (o *TverskyOptions) mean(s overlaps, slope overlapSlopes,
	score func(s overlaps, j int) (loss, both, predicted float64)) float64 {
	sum, weight := 0.0, 0.0
	for j := range s.both {
		if w := o.weight(s, j); w > 0 {
			loss, both, predicted := score(s, j)
			sum += float64(w * loss)
			weight += w
			slope.both[j], slope.predicted[j] = float64(w*both), float64(w*predicted)
		}
	}
	if weight == 0 {
		return 0
	}
	mean := sum / weight
	factor := 1 / weight
	if o.Gamma != 1 {
		factor = 0
		if mean > 0 {
			factor = o.Gamma * kernels.Pow64(mean, o.Gamma-1) / weight
		}
		mean = kernels.Pow64(max(mean, 0), o.Gamma)
	}
	for j := range s.both {
		slope.both[j] *= factor
		slope.predicted[j] *= factor
	}
	return mean
}

// weight returns what class j has in the mean.
func (o *RegionOptions) weight(s overlaps, j int) float64 {
	counts := s.actual[j] > 0 || o.Empty && s.pixels[j] > 0
	for i, c := range o.Classes {
		if c == j {
			break
		}
		if i == len(o.Classes)-1 {
			counts = false
		}
	}
	switch {
	case !counts:
		return 0
	case o.Weights == nil:
		return 1
	}
	return float64(o.Weights[j])
}
