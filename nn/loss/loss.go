// Package loss has the losses of segmentation, on logits [N, H, W, classes] and class indices [N, H, W].
package loss

import (
	"tessera/autograd"
	"tessera/tensor"
)

// A Loss records a number to be made small.
type Loss interface {
	Forward(t *autograd.Tape, logits *autograd.Var, target *tensor.Tensor) *autograd.Var
}

// CrossEntropy is the mean of -log softmax over pixels that are not ignored.
type CrossEntropy struct {
	Ignore    int       // class that does not count, autograd.NoIgnore for none
	Smoothing float64   // share of the target spread over all classes, from 0 to below 1
	Weights   []float32 // of the classes; nil means 1 each
}

// Forward records the loss.
func (l CrossEntropy) Forward(t *autograd.Tape, logits *autograd.Var, target *tensor.Tensor) *autograd.Var {
	return autograd.CrossEntropy(t, logits, target, l.Ignore, float32(l.Smoothing), l.Weights)
}

// Dice is one minus the mean overlap of the classes that occur, over the whole batch.
type Dice struct {
	Ignore int     // class that does not count, autograd.NoIgnore for none
	Smooth float64 // added to the overlap and, as much, to what it is divided by, in pixels
}

// Forward records the loss.
func (l Dice) Forward(t *autograd.Tape, logits *autograd.Var, target *tensor.Tensor) *autograd.Var {
	return autograd.Dice(t, logits, target, l.Ignore, l.Smooth)
}

// Sum adds losses with weights.
type Sum struct {
	Losses  []Loss
	Weights []float32
}

// Forward records the losses and their sum.
func (s Sum) Forward(t *autograd.Tape, logits *autograd.Var, target *tensor.Tensor) *autograd.Var {
	parts := make([]*autograd.Var, len(s.Losses))
	for i, l := range s.Losses {
		parts[i] = l.Forward(t, logits, target)
	}
	if len(parts) == 1 && s.Weights[0] == 1 {
		return parts[0]
	}
	return autograd.WeightedSum(t, s.Weights, parts...)
}
