// Package loss has the losses of segmentation, on logits [N, H, W, classes] and their target.
//
// The shapes say what a target means, where segmentation_models_pytorch has modes: labels [N, H, W] of several classes are
// class indices (multiclass, softmax), those of one channel are 0 and 1 (binary, sigmoid), and labels [N, H, W, classes]
// are 0 and 1 for each class (multilabel, sigmoid).
//
// Pixels that are ignored count neither in a sum nor in what it is divided by: half a picture ignored is not half the
// loss. Sums are over the whole batch.
package loss

import (
	"slices"

	"tessera/autograd"
)

// A Loss records a number to be made small.
type Loss interface {
	Forward(t *autograd.Tape, logits *autograd.Var, target autograd.Target) *autograd.Var
}

// Sum adds losses with weights.
type Sum struct {
	Losses  []Loss
	Weights []float32
}

// Forward records the losses and their sum.
func (s Sum) Forward(t *autograd.Tape, logits *autograd.Var, target autograd.Target) *autograd.Var {
	parts := make([]*autograd.Var, len(s.Losses))
	for i, l := range s.Losses {
		parts[i] = l.Forward(t, logits, target)
	}
	if len(parts) == 1 && s.Weights[0] == 1 {
		return parts[0]
	}
	return autograd.WeightedSum(t, s.Weights, parts...)
}

// Mixable reports whether a loss takes targets of mixed pictures (MixUp). Those of ranks and edges do not.
func Mixable(l Loss) bool {
	switch l := l.(type) {
	case Lovasz, Boundary:
		return false
	case Sum:
		return !slices.ContainsFunc(l.Losses, func(term Loss) bool { return !Mixable(term) })
	}
	return true
}
