package autograd_test

import (
	"testing"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/tensor"
)

func TestScramble(t *testing.T) {
	const n, h, w, c = 2, 3, 5, 4
	gradcheck.Run(t, gradcheck.Case{
		Inputs: []*tensor.Tensor{gradcheck.Grid(1, n, h, w, c)},
		Build:  func(t *autograd.Tape, in []*autograd.Var) *autograd.Var { return autograd.Scramble(t, in[0]) },
		Reference: func(in [][]float32) []float64 {
			var y []float64
			for image := range n {
				for p := range h * w {
					for j := range c {
						y = append(y, float64(in[0][image*h*w*c+j*h*w+p]))
					}
				}
			}
			return y
		},
	})
}
