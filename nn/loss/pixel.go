package loss

import "tessera/autograd"

// CrossEntropy is the mean of -log softmax over pixels that are not ignored; where classes do not exclude each other, of
// binary cross-entropy of each, with half of Smoothing: see BCE.
type CrossEntropy struct {
	Ignore    int       // class that does not count, autograd.NoIgnore for none
	Smoothing float64   // share of the target spread over all classes, from 0 to below 1
	Weights   []float32 // of the classes; nil means 1 each
}

// Forward records the loss.
func (l CrossEntropy) Forward(t *autograd.Tape, logits *autograd.Var, target autograd.Target) *autograd.Var {
	if !target.Exclusive(logits) {
		return autograd.BCE(t, logits, target, l.Ignore, float32(l.Smoothing/2), nil, l.Weights)
	}
	return autograd.CrossEntropy(t, logits, target, l.Ignore, float32(l.Smoothing), l.Weights)
}

// HardCrossEntropy is CrossEntropy of the pixels that are most wrong: see autograd.HardCrossEntropy, and autograd.HardBCE where
// classes do not exclude each other.
type HardCrossEntropy struct{ autograd.HardOptions }

// Forward records the loss.
func (l HardCrossEntropy) Forward(t *autograd.Tape, logits *autograd.Var, target autograd.Target) *autograd.Var {
	if !target.Exclusive(logits) {
		h := l.HardOptions
		h.Smoothing /= 2
		return autograd.HardBCE(t, logits, target, h)
	}
	return autograd.HardCrossEntropy(t, logits, target, l.HardOptions)
}

// BCE is binary cross-entropy of each class, apart from the others: see autograd.BCE.
type BCE struct {
	Ignore    int       // label that does not count, autograd.NoIgnore for none
	Smoothing float64   // what is there counts as 1-Smoothing, what is not as Smoothing; from 0 to below 1/2
	PosWeight []float32 // of what is there, by class; nil means 1 each
	Weights   []float32 // of the classes; nil means 1 each
}

// Forward records the loss.
func (l BCE) Forward(t *autograd.Tape, logits *autograd.Var, target autograd.Target) *autograd.Var {
	return autograd.BCE(t, logits, target, l.Ignore, float32(l.Smoothing), l.PosWeight, l.Weights)
}

// Focal is cross-entropy in which pixels that are nearly right count little. It is that of the softmax (autograd.Focal), or,
// with OneVsRest and where classes do not exclude each other, of each class apart from the others (autograd.SigmoidFocal),
// which is what segmentation_models_pytorch has for all its modes.
type Focal struct {
	Ignore    int       // label that does not count, autograd.NoIgnore for none
	Gamma     float64   // 0 is cross-entropy
	OneVsRest bool      // each class apart from the others
	Alpha     *float32  // weight of what is there, 1-Alpha of what is not; nil: 1 and 1; for classes apart
	Reduced   float32   // probability of what is right below which it counts in full; 0 for none; for classes apart
	Weights   []float32 // of the classes; nil means 1 each
}

// Forward records the loss.
func (l Focal) Forward(t *autograd.Tape, logits *autograd.Var, target autograd.Target) *autograd.Var {
	if l.OneVsRest || !target.Exclusive(logits) {
		return autograd.SigmoidFocal(t, logits, target, l.Ignore, float32(l.Gamma), l.Alpha, l.Reduced, l.Weights)
	}
	return autograd.Focal(t, logits, target, l.Ignore, float32(l.Gamma), l.Weights)
}
