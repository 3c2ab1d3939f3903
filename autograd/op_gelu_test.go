package autograd_test

import (
	"testing"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/internal/ref"
	"tessera/tensor"
)

func TestGELU(t *testing.T) {
	gradcheck.Run(t, gradcheck.Case{
		Inputs: []*tensor.Tensor{gradcheck.Grid(1, 2, 5, 37, 53)}, // more than a task
		Build:  func(t *autograd.Tape, in []*autograd.Var) *autograd.Var { return autograd.GELU(t, in[0]) },
		Reference: func(in [][]float32) []float64 {
			return apply(in[0], func(x float64) float64 { y, _ := ref.GELU(x); return y })
		},
	})
}
