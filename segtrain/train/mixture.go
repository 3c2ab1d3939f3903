package train

import (
	"tessera/autograd"
	"tessera/nn/loss"
	"tessera/segtrain/augment"
	"tessera/segtrain/data"
	"tessera/tensor"
)

// A Mixture is a loss for pictures that were mixed and for soft labels: it gives the target of the loss within the second labels of
// pixels, and the share of the first.
type Mixture struct {
	loss.Loss
	PerLabel bool              // of labels that do not exclude each other each has a share of its own, not each pixel one
	targets  []autograd.Target // one for each tensor of labels that was recorded
}

// NewMixture returns l for two labels a pixel. l must be loss.Mixable.
func NewMixture(l loss.Loss) *Mixture { return &Mixture{Loss: l} }

// Forward records the loss for a target with room for second labels.
func (m *Mixture) Forward(t *autograd.Tape, logits *autograd.Var, target autograd.Target) *autograd.Var {
	for _, known := range m.targets {
		if known.Labels == target.Labels {
			return m.Loss.Forward(t, logits, known)
		}
	}
	shape := target.Labels.Shape
	target.Mixed = t.Labels(shape)
	n, h, w := shape.Dim(0), shape.Dim(1), shape.Dim(2)
	shares := tensor.Dims(n, h, w)
	if m.PerLabel {
		shares = shape
	}
	target.Share = tensor.New(tensor.Float32, shares)
	m.targets = append(m.targets, target)
	return m.Loss.Forward(t, logits, target)
}

// set writes the second labels of a batch and the shares of the first.
func (m *Mixture) set(b *data.Batch) {
	if m == nil {
		return
	}
	for _, target := range m.targets {
		copy(target.Mixed.Indices, b.Mixed)
		copy(target.Share.Data, b.Share)
	}
}

// trainingLoss returns the loss to train with: that of two labels where pixels get them.
func (t *Trainer) trainingLoss() loss.Loss {
	if !augment.Soft(t.Mix) && !t.Train.Soft() {
		return t.Loss
	}
	t.mixture = NewMixture(t.Loss)
	t.mixture.PerLabel = t.Train.Shares() > 1
	return t.mixture
}
