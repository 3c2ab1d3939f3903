package autograd_test

import (
	"testing"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/internal/ref"
	"tessera/tensor"
)

func TestScalePixels(t *testing.T) {
	for name, s := range channelSizes {
		t.Run(name, func(t *testing.T) {
			rows, c := s[0]*s[1]*s[2], s[3]
			gradcheck.Run(t, gradcheck.Case{
				Inputs: []*tensor.Tensor{gradcheck.Grid(1, s...), gradcheck.Grid(2, s[0], s[1], s[2], 1)},
				Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
					return autograd.ScalePixels(t, in[0], in[1])
				},
				Reference: func(in [][]float32) []float64 {
					y, _ := ref.RowScale(rows, c, in[0], in[1])
					return y
				},
			})
		})
	}
	assertShapeError(t, "scale pixels of 1×2×3×4 and 1×1×3×1: want a factor for each pixel", func(t *autograd.Tape) {
		autograd.ScalePixels(t, t.Input(tensor.Dims(1, 2, 3, 4)), t.Input(tensor.Dims(1, 1, 3, 1)))
	})
}
