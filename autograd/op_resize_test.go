package autograd_test

import (
	"fmt"
	"testing"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/internal/ref"
	"tessera/tensor"
)

func TestResizeNearest(t *testing.T) {
	for _, s := range [][4]int{{3, 4, 6, 8}, {2, 3, 5, 7}, {7, 6, 3, 4}, {5, 1, 5, 9}, {4, 4, 4, 4}, {1, 1, 3, 2}} {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			const n, c = 2, 19
			matrix := ref.Nearest(s[0], s[1], s[2], s[3])
			gradcheck.Run(t, gradcheck.Case{
				Inputs: []*tensor.Tensor{gradcheck.Grid(1, n, s[0], s[1], c)},
				Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
					return autograd.ResizeNearest(t, in[0], s[2], s[3])
				},
				Reference: func(in [][]float32) []float64 { return resized(s, n, c, matrix, in[0]) },
			})
		})
	}
	assertShapeError(t, "of 1×2×2×3: to 0×4", func(t *autograd.Tape) {
		autograd.ResizeNearest(t, t.Input(tensor.Dims(1, 2, 2, 3)), 0, 4)
	})
}

// resized multiplies each of n images by a resizing matrix.
func resized(s [4]int, n, c int, matrix []float64, x []float32) []float64 {
	var y []float64
	in, out := s[0]*s[1], s[2]*s[3]
	for image := range n {
		part, _ := ref.Matrix(out, in, c, matrix, x[image*in*c:][:in*c])
		y = append(y, part...)
	}
	return y
}
