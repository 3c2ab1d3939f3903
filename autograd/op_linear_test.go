package autograd_test

import (
	"testing"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/internal/ref"
	"tessera/tensor"
)

func TestLinear(t *testing.T) {
	for name, s := range map[string][]int{"vectors": {3, 1, 1, 40}, "images": {2, 3, 5, 7}} {
		for _, biased := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				const out = 11
				rows, in := s[0]*s[1]*s[2], s[3]
				inputs := []*tensor.Tensor{gradcheck.Grid(1, s...), gradcheck.Grid(2, in, out)}
				if biased {
					inputs = append(inputs, gradcheck.Grid(3, out))
				}
				gradcheck.Run(t, gradcheck.Case{
					Inputs: inputs,
					Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
						var bias *autograd.Var
						if biased {
							bias = in[2]
						}
						return autograd.Linear(t, in[0], in[1], bias)
					},
					Reference: func(x [][]float32) []float64 {
						y := ref.MatMul(1, rows, in, out, false, x[0], x[1])
						for i := range y {
							if biased {
								y[i] += float64(x[2][i%out])
							}
						}
						return y
					},
				})
			})
		}
	}
	assertShapeError(t, "linear of 1×1×1×3 and 4×5: channels do not match", func(t *autograd.Tape) {
		autograd.Linear(t, t.Input(tensor.Dims(1, 1, 1, 3)), t.Input(tensor.Dims(4, 5)), nil)
	})
}
