package autograd_test

import (
	"testing"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/internal/ref"
	"tessera/tensor"
)

func TestAttention(t *testing.T) {
	for name, c := range map[string]struct{ n, h, w, kh, kw, heads, d int }{
		"one head":        {1, 3, 5, 2, 3, 1, 4},
		"heads":           {2, 3, 5, 2, 3, 3, 5},
		"blocks, a rest":  {2, 9, 15, 7, 5, 2, 3},
		"a single key":    {1, 2, 2, 1, 1, 2, 2},
		"wide, many keys": {1, 5, 5, 6, 7, 1, 33},
	} {
		t.Run(name, func(t *testing.T) {
			channels := c.heads * c.d
			gradcheck.Run(t, gradcheck.Case{
				Inputs: []*tensor.Tensor{
					gradcheck.Grid(1, c.n, c.h, c.w, channels), gradcheck.Grid(2, c.n, c.kh, c.kw, 2*channels),
				},
				Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
					return autograd.Attention(t, in[0], in[1], c.heads)
				},
				Reference: func(in [][]float32) []float64 {
					return ref.Attention(c.n, c.h*c.w, c.kh*c.kw, c.heads, c.d, in[0], in[1])
				},
			})
		})
	}
	for want, heads := range map[string]int{"which 0 heads divide": 0, "which 4 heads divide": 4} {
		assertShapeError(t, "attention of 1×2×3×6 and 1×1×1×12: want keys and values of as many channels, "+want,
			func(t *autograd.Tape) {
				autograd.Attention(t, t.Input(tensor.Dims(1, 2, 3, 6)), t.Input(tensor.Dims(1, 1, 1, 12)), heads)
			})
	}
	assertShapeError(t, "attention of 1×2×3×6 and 1×1×1×6: want keys", func(t *autograd.Tape) {
		autograd.Attention(t, t.Input(tensor.Dims(1, 2, 3, 6)), t.Input(tensor.Dims(1, 1, 1, 6)), 1)
	})
}
