package autograd_test

import (
	"math"
	"testing"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/tensor"
)

// TestBCEOfSharesOfClasses gives each label of a pixel a share of its own.
func TestBCEOfSharesOfClasses(t *testing.T) {
	size := []int{3, 2, 3, 4}
	labels, zeros := masks(2, size...), tensor.New(tensor.Uint8, tensor.Dims(size...))
	share := tensor.New(tensor.Float32, tensor.Dims(size...))
	for i := range share.Data {
		share.Data[i] = float32(i*7%11) / 10
		if i%13 == 5 {
			labels.Indices[i] = 255
		}
	}
	target := autograd.Target{Labels: labels, Mixed: zeros, Share: share}
	gradcheck.Run(t, gradcheck.Case{
		Inputs: []*tensor.Tensor{gradcheck.Grid(1, size...)},
		Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
			return autograd.BCE(t, in[0], target, 255, 0, nil, nil)
		},
		Reference: func(in [][]float32) []float64 {
			var sum, count float64
			for i, x := range in[0] {
				if labels.Indices[i] == 255 {
					continue
				}
				there := float64(share.Data[i]) * float64(labels.Indices[i])
				sum += there*math.Log1p(math.Exp(-float64(x))) + (1-there)*math.Log1p(math.Exp(float64(x)))
				count++
			}
			return []float64{sum / count}
		},
	})
}
