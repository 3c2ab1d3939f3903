package loss

import "tessera/autograd"

// The losses of this file bear with labels of which some are wrong: a pixel that the model is sure is something else pulls less than
// with cross-entropy. They are of the softmax, or, where classes do not exclude each other, of each class apart from the others.

// GeneralizedCrossEntropy is (1 - p^Q)/Q: see autograd.GeneralizedCrossEntropy.
type GeneralizedCrossEntropy struct {
	Ignore  int       // label that does not count, autograd.NoIgnore for none
	Q       float64   // above 0 to 1: from cross-entropy to the mean absolute error
	Weights []float32 // of the classes; nil means 1 each
}

// Forward records the loss.
func (l GeneralizedCrossEntropy) Forward(t *autograd.Tape, logits *autograd.Var, target autograd.Target) *autograd.Var {
	return autograd.GeneralizedCrossEntropy(t, logits, target, l.Ignore, float32(l.Q), l.Weights)
}

// SymmetricCrossEntropy is Alpha·(-ln p) + Beta·LogZero·(1-p): see autograd.SymmetricCrossEntropy.
type SymmetricCrossEntropy struct {
	Ignore      int // label that does not count, autograd.NoIgnore for none
	Alpha, Beta float64
	LogZero     float64   // what -ln 0 is taken for
	Weights     []float32 // of the classes; nil means 1 each
}

// Forward records the loss.
func (l SymmetricCrossEntropy) Forward(t *autograd.Tape, logits *autograd.Var, target autograd.Target) *autograd.Var {
	return autograd.SymmetricCrossEntropy(t, logits, target, l.Ignore, float32(l.Alpha), float32(l.Beta), float32(l.LogZero), l.Weights)
}

// BootstrappedCrossEntropy is cross-entropy with a target that is Beta parts the label and the rest what the model says itself: see
// autograd.BootstrappedCrossEntropy.
type BootstrappedCrossEntropy struct {
	Ignore  int // label that does not count, autograd.NoIgnore for none
	Beta    float64
	Hard    bool      // the model's class rather than its probabilities
	Weights []float32 // of the classes; nil means 1 each
}

// Forward records the loss.
func (l BootstrappedCrossEntropy) Forward(t *autograd.Tape, logits *autograd.Var, target autograd.Target) *autograd.Var {
	return autograd.BootstrappedCrossEntropy(t, logits, target, l.Ignore, float32(l.Beta), l.Hard, l.Weights)
}
