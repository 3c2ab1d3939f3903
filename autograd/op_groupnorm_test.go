package autograd_test

import (
	"testing"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/internal/ref"
	"tessera/tensor"
)

func TestGroupNorm(t *testing.T) {
	for name, c := range map[string]struct {
		size   []int
		groups int
		act    autograd.Activation
	}{
		"one block":     {[]int{3, 4, 5, 18}, 3, autograd.Identity},
		"blocks":        {[]int{2, 37, 35, 8}, 4, autograd.WithReLU},
		"one group":     {[]int{2, 3, 3, 5}, 1, autograd.WithReLU},
		"single column": {[]int{1, 6, 6, 4}, 4, autograd.Identity},
	} {
		t.Run(name, func(t *testing.T) {
			n, pixels, ch := c.size[0], c.size[1]*c.size[2], c.size[3]
			gradcheck.Run(t, gradcheck.Case{
				Inputs: []*tensor.Tensor{gradcheck.Grid(1, c.size...), gradcheck.Grid(2, ch), gradcheck.Grid(3, ch)},
				Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
					return autograd.GroupNorm(t, in[0], in[1], in[2], c.groups, 1e-5, c.act)
				},
				Reference: func(in [][]float32) []float64 {
					y := ref.GroupNorm(n, pixels, ch, c.groups, 1e-5, in[0], in[1], in[2])
					for i := range y {
						if c.act == autograd.WithReLU {
							y[i] = max(0, y[i])
						}
					}
					return y
				},
				Tolerance: 2e-4, // a step of the slope crosses kinks of the ReLU
			})
		})
	}
	assertShapeError(t, "group norm of 1×2×2×6: 4 groups, activation 0", func(t *autograd.Tape) {
		v := t.Input(tensor.Dims(6))
		autograd.GroupNorm(t, t.Input(tensor.Dims(1, 2, 2, 6)), v, v, 4, 1e-5, autograd.Identity)
	})
}

func TestLayerNorm(t *testing.T) {
	for name, s := range channelSizes {
		t.Run(name, func(t *testing.T) {
			rows, c := s[0]*s[1]*s[2], s[3]
			gradcheck.Run(t, gradcheck.Case{
				Inputs: []*tensor.Tensor{gradcheck.Grid(1, s...), gradcheck.Grid(2, c), gradcheck.Grid(3, c)},
				Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
					return autograd.LayerNorm(t, in[0], in[1], in[2], 1e-6)
				},
				Reference: func(in [][]float32) []float64 { return ref.LayerNorm(rows, c, 1e-6, in[0], in[1], in[2]) },
			})
		})
	}
	assertShapeError(t, "layer norm of 1×2×2×6 and 5 and 5: want a scale and a shift for each channel", func(t *autograd.Tape) {
		v := t.Input(tensor.Dims(5))
		autograd.LayerNorm(t, t.Input(tensor.Dims(1, 2, 2, 6)), v, v, 1e-5)
	})
}
