package autograd_test

import (
	"testing"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/tensor"
)

func TestAddBias(t *testing.T) {
	for name, s := range channelSizes {
		t.Run(name, func(t *testing.T) {
			gradcheck.Run(t, gradcheck.Case{
				Inputs: []*tensor.Tensor{gradcheck.Grid(1, s...), gradcheck.Grid(2, s[3])},
				Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
					return autograd.AddBias(t, in[0], in[1])
				},
				Reference: func(in [][]float32) []float64 {
					y := make([]float64, len(in[0]))
					for i, v := range in[0] {
						y[i] = float64(v) + float64(in[1][i%s[3]])
					}
					return y
				},
			})
		})
	}
	assertShapeError(t, "add bias of 1×2×3×4 and 3: want a number for each channel", func(t *autograd.Tape) {
		autograd.AddBias(t, t.Input(tensor.Dims(1, 2, 3, 4)), t.Input(tensor.Dims(3)))
	})
}
