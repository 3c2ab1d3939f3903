package autograd_test

import (
	"testing"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/internal/ref"
	"tessera/tensor"
)

func TestMatMul(t *testing.T) {
	const n, m = 2, 21
	for name, c := range map[string]struct {
		build      func(t *autograd.Tape, a, b *autograd.Var) *autograd.Var
		b          []int
		transposed bool
	}{
		"plain":      {autograd.MatMul, []int{n, 2, 9, m}, false},
		"transposed": {autograd.MatMulTransposed, []int{n, 3, 7, 18}, true},
	} {
		t.Run(name, func(t *testing.T) {
			gradcheck.Run(t, gradcheck.Case{
				Inputs: []*tensor.Tensor{gradcheck.Grid(1, n, 5, 7, 18), gradcheck.Grid(2, c.b...)},
				Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
					return c.build(t, in[0], in[1])
				},
				Reference: func(in [][]float32) []float64 {
					return ref.MatMul(n, 35, 18, m, c.transposed, in[0], in[1])
				},
			})
		})
	}
	assertShapeError(t, "matmul of 1×2×2×3 and 1×2×2×3: want as many images, and rows as the others' columns",
		func(t *autograd.Tape) {
			autograd.MatMul(t, t.Input(tensor.Dims(1, 2, 2, 3)), t.Input(tensor.Dims(1, 2, 2, 3)))
		})
}
