package autograd_test

import (
	"fmt"
	"testing"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/internal/ref"
	"tessera/tensor"
)

func TestAdaptiveAverage(t *testing.T) {
	for _, s := range [][4]int{{8, 9, 1, 1}, {7, 10, 2, 3}, {12, 6, 6, 6}, {2, 3, 6, 6}} {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			const n, c = 2, 19
			_, _, matrix := ref.AdaptiveAverage(s[0], s[1], s[2], s[3], 1, make([]float32, s[0]*s[1]))
			gradcheck.Run(t, gradcheck.Case{
				Inputs: []*tensor.Tensor{gradcheck.Grid(1, n, s[0], s[1], c)},
				Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
					return autograd.AdaptiveAverage(t, in[0], s[2], s[3])
				},
				Reference: func(in [][]float32) []float64 { return resized(s, n, c, matrix, in[0]) },
			})
		})
	}
	assertShapeError(t, "of 1×2×2×3: to 0×4", func(t *autograd.Tape) {
		autograd.AdaptiveAverage(t, t.Input(tensor.Dims(1, 2, 2, 3)), 0, 4)
	})
}
