package autograd_test

import (
	"testing"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/internal/ref"
	"tessera/tensor"
)

func TestActivations(t *testing.T) {
	for name, c := range map[string]struct {
		build func(t *autograd.Tape, x *autograd.Var) *autograd.Var
		ref   func(x float64) (value, scale float64)
	}{
		"relu":    {autograd.ReLU, ref.ReLU},
		"silu":    {autograd.SiLU, ref.SiLU},
		"sigmoid": {autograd.Sigmoid, ref.Sigmoid},
	} {
		t.Run(name, func(t *testing.T) {
			gradcheck.Run(t, gradcheck.Case{
				Inputs: []*tensor.Tensor{gradcheck.Grid(1, 2, 5, 37, 53)}, // more than a task
				Build:  func(t *autograd.Tape, in []*autograd.Var) *autograd.Var { return c.build(t, in[0]) },
				Reference: func(in [][]float32) []float64 {
					return apply(in[0], func(x float64) float64 { y, _ := c.ref(x); return y })
				},
			})
		})
	}
}

// apply returns f of each element.
func apply(x []float32, f func(x float64) float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = f(float64(v))
	}
	return y
}

func TestGELU(t *testing.T) {
	gradcheck.Run(t, gradcheck.Case{
		Inputs: []*tensor.Tensor{gradcheck.Grid(1, 2, 5, 37, 53)}, // more than a task
		Build:  func(t *autograd.Tape, in []*autograd.Var) *autograd.Var { return autograd.GELU(t, in[0]) },
		Reference: func(in [][]float32) []float64 {
			return apply(in[0], func(x float64) float64 { y, _ := ref.GELU(x); return y })
		},
	})
}
