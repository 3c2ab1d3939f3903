package autograd_test

import (
	"testing"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/tensor"
)

func TestDot(t *testing.T) {
	for name, sizes := range map[string][]int{"small": {3, 5}, "more than a task": {2, 91, 97}} {
		t.Run(name, func(t *testing.T) {
			gradcheck.Run(t, gradcheck.Case{
				Inputs: []*tensor.Tensor{gradcheck.Grid(1, sizes...), gradcheck.Grid(2, sizes...)},
				Build:  func(t *autograd.Tape, in []*autograd.Var) *autograd.Var { return autograd.Dot(t, in[0], in[1]) },
				Reference: func(in [][]float32) []float64 {
					sum := 0.0
					for i, v := range in[0] {
						sum += float64(v) * float64(in[1][i])
					}
					return []float64{sum}
				},
			})
		})
	}
}
