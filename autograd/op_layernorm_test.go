package autograd_test

import (
	"testing"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/internal/ref"
	"tessera/tensor"
)

func TestLayerNorm(t *testing.T) {
	for name, s := range map[string][]int{"one block": {2, 3, 5, 19}, "blocks": {2, 47, 25, 9}, "two channels": {1, 2, 3, 2}} {
		t.Run(name, func(t *testing.T) {
			c := s[3]
			gradcheck.Run(t, gradcheck.Case{
				Inputs: []*tensor.Tensor{gradcheck.Grid(1, s...), gradcheck.Grid(2, c), gradcheck.Grid(3, c)},
				Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
					return autograd.LayerNorm(t, in[0], in[1], in[2], 1e-2)
				},
				Reference: func(in [][]float32) []float64 { return ref.LayerNorm(c, 1e-2, in[0], in[1], in[2]) },
				Tolerance: 3e-5,
			})
		})
	}
	assertShapeError(t, "layer norm of 1×2×3×4 and 4 and 3: want a scale", func(t *autograd.Tape) {
		autograd.LayerNorm(t, t.Input(tensor.Dims(1, 2, 3, 4)), t.Input(tensor.Dims(4)), t.Input(tensor.Dims(3)), 1)
	})
}
