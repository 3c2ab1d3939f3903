package autograd_test

import (
	"testing"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/tensor"
)

func TestLinear(t *testing.T) {
	for name, withBias := range map[string]bool{"with bias": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			inputs := []*tensor.Tensor{gradcheck.Grid(1, 2, 3, 7, 5), gradcheck.Grid(2, 5, 9)}
			if withBias {
				inputs = append(inputs, gradcheck.Grid(3, 9))
			}
			gradcheck.Run(t, gradcheck.Case{
				Inputs: inputs,
				Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
					return autograd.Linear(t, in[0], in[1], append(in, nil)[2])
				},
				Reference: func(in [][]float32) []float64 {
					y := make([]float64, 2*3*7*9)
					for i := range y {
						if withBias {
							y[i] = float64(in[2][i%9])
						}
						for k := range 5 {
							y[i] += float64(in[0][i/9*5+k]) * float64(in[1][k*9+i%9])
						}
					}
					return y
				},
			})
		})
	}
	assertShapeError(t, "linear of 1×2×3×4 and 3×8: channels do not match", func(t *autograd.Tape) {
		autograd.Linear(t, t.Input(tensor.Dims(1, 2, 3, 4)), t.Input(tensor.Dims(3, 8)), nil)
	})
}
