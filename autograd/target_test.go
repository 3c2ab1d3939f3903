package autograd_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/autograd"
	"tessera/tensor"
)

func TestTargetShapes(t *testing.T) {
	labels := func(size ...int) *tensor.Tensor { return tensor.New(tensor.Uint8, tensor.Dims(size...)) }
	shares := func(size ...int) *tensor.Tensor { return tensor.New(tensor.Float32, tensor.Dims(size...)) }
	for want, target := range map[string]autograd.Target{
		"bce of 1×2×3×4 and 1×2×2×4: want 0 or 1 (uint8) for each pixel and class": {Labels: labels(1, 2, 2, 4)},
		"bce of 1×2×3×4 and 1×2×3: want a class index (uint8) for each pixel":      {Labels: shares(1, 2, 3)},
		"bce of 1×2×3×4 and 1×3×2: want a class index (uint8) for each pixel, in mixed labels too": {
			Labels: labels(1, 2, 3), Mixed: labels(1, 3, 2), Share: shares(1, 2, 3)},
		"bce of 1×2×3×4 and 1×2×3: want 0 or 1 (uint8) for each pixel and class, in mixed labels too": {
			Labels: labels(1, 2, 3, 4), Mixed: labels(1, 2, 3), Share: shares(1, 2, 3)},
		"bce of 1×2×3×4: want a share (float32) of each pixel": {Labels: labels(1, 2, 3), Mixed: labels(1, 2, 3)},
	} {
		assertShapeError(t, want, func(t *autograd.Tape) {
			autograd.BCE(t, t.Input(tensor.Dims(1, 2, 3, 4)), target, 255, 0, nil, nil)
		})
	}
	assertShapeError(t, "cross-entropy of 1×2×3×4 and 1×2×3×4: want a class index (uint8) for each pixel",
		func(t *autograd.Tape) {
			autograd.CrossEntropy(t, t.Input(tensor.Dims(1, 2, 3, 4)), autograd.NewTarget(labels(1, 2, 3, 4)), 255, 0, nil)
		})
	tape := autograd.NewTape(autograd.Inference)
	one, many := tape.Input(tensor.Dims(1, 2, 3, 1)), tape.Input(tensor.Dims(1, 2, 3, 4))
	assert.True(t, autograd.NewTarget(labels(1, 2, 3)).Exclusive(many))
	assert.False(t, autograd.NewTarget(labels(1, 2, 3)).Exclusive(one))
	assert.False(t, autograd.NewTarget(labels(1, 2, 3, 4)).Exclusive(many))
}
