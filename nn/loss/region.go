package loss

import "tessera/autograd"

// Dice is one less the mean Dice coefficient of the classes that occur: see autograd.Dice.
type Dice struct{ autograd.RegionOptions }

// Forward records the loss.
func (l Dice) Forward(t *autograd.Tape, logits *autograd.Var, target autograd.Target) *autograd.Var {
	return autograd.Dice(t, logits, target, l.RegionOptions)
}

// Jaccard is one less the mean intersection over union of the classes that occur: see autograd.Jaccard.
type Jaccard struct{ autograd.RegionOptions }

// Forward records the loss.
func (l Jaccard) Forward(t *autograd.Tape, logits *autograd.Var, target autograd.Target) *autograd.Var {
	return autograd.Jaccard(t, logits, target, l.RegionOptions)
}

// Tversky weighs what is wrongly predicted and what is missed apart: see autograd.Tversky.
type Tversky struct{ autograd.TverskyOptions }

// Forward records the loss.
func (l Tversky) Forward(t *autograd.Tape, logits *autograd.Var, target autograd.Target) *autograd.Var {
	return autograd.Tversky(t, logits, target, l.TverskyOptions)
}

// MCC is one less the mean of Matthews' correlation coefficient of the classes that occur: see autograd.MCC.
type MCC struct{ autograd.RegionOptions }

// Forward records the loss.
func (l MCC) Forward(t *autograd.Tape, logits *autograd.Var, target autograd.Target) *autograd.Var {
	return autograd.MCC(t, logits, target, l.RegionOptions)
}

// Lovasz is the Lovász extension of the Jaccard loss: see autograd.Lovasz.
type Lovasz struct {
	Ignore   int  // label that does not count, autograd.NoIgnore for none
	PerImage bool // the mean over images, instead of the loss of the batch
}

// Forward records the loss.
func (l Lovasz) Forward(t *autograd.Tape, logits *autograd.Var, target autograd.Target) *autograd.Var {
	return autograd.Lovasz(t, logits, target, l.Ignore, l.PerImage)
}

// Boundary is how far outside their regions probabilities lie, in pixels: see autograd.Boundary. It wants a loss of regions
// beside it.
type Boundary struct {
	Ignore  int   // label that does not count, autograd.NoIgnore for none
	Classes []int // that count; nil means all
}

// Forward records the loss.
func (l Boundary) Forward(t *autograd.Tape, logits *autograd.Var, target autograd.Target) *autograd.Var {
	return autograd.Boundary(t, logits, target, l.Ignore, l.Classes)
}
