package autograd_test

import (
	"testing"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/tensor"
)

func TestConcat(t *testing.T) {
	const ca, cb = 7, 18
	gradcheck.Run(t, gradcheck.Case{
		Inputs: []*tensor.Tensor{gradcheck.Grid(1, 2, 29, 31, ca), gradcheck.Grid(2, 2, 29, 31, cb)},
		Build:  func(t *autograd.Tape, in []*autograd.Var) *autograd.Var { return autograd.Concat(t, in[0], in[1]) },
		Reference: func(in [][]float32) []float64 {
			y := make([]float64, len(in[0])+len(in[1]))
			for i := range y {
				pixel, channel := i/(ca+cb), i%(ca+cb)
				if channel < ca {
					y[i] = float64(in[0][pixel*ca+channel])
				} else {
					y[i] = float64(in[1][pixel*cb+channel-ca])
				}
			}
			return y
		},
	})
	gradcheck.Run(t, gradcheck.Case{ // of three
		Inputs: []*tensor.Tensor{gradcheck.Grid(1, 1, 2, 3, 1), gradcheck.Grid(2, 1, 2, 3, 2), gradcheck.Grid(3, 1, 2, 3, 3)},
		Build:  func(t *autograd.Tape, in []*autograd.Var) *autograd.Var { return autograd.Concat(t, in...) },
		Reference: func(in [][]float32) []float64 {
			var y []float64
			for pixel := range 6 {
				for c := 1; c <= 3; c++ {
					for _, v := range in[c-1][pixel*c:][:c] {
						y = append(y, float64(v))
					}
				}
			}
			return y
		},
	})
	assertShapeError(t, "concat of 1×2×3×4 and 1×3×2×4: want images of one size", func(t *autograd.Tape) {
		autograd.Concat(t, t.Input(tensor.Dims(1, 2, 3, 4)), t.Input(tensor.Dims(1, 3, 2, 4)))
	})
}
