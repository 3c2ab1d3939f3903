package autograd_test

import (
	"testing"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/internal/ref"
	"tessera/kernels"
	"tessera/tensor"
)

func TestConvTranspose(t *testing.T) {
	for name, c := range map[string]struct {
		win     kernels.Window
		x, w, b []int
		oh, ow  int
	}{
		"twice the size": {kernels.Window{SH: 2, SW: 2, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1},
			[]int{2, 3, 5, 6}, []int{4, 4, 19, 6}, []int{19}, 6, 10},
		"without bias": {kernels.Window{SH: 2, SW: 2, DH: 1, DW: 1}, []int{1, 4, 3, 7}, []int{2, 2, 5, 7}, nil, 8, 6},
		"unequal everything": {kernels.Window{SH: 2, SW: 3, DH: 1, DW: 1, PT: 1, PL: 0, PB: 0, PR: 2},
			[]int{2, 3, 4, 3}, []int{3, 2, 4, 3}, []int{4}, 6, 9},
	} {
		t.Run(name, func(t *testing.T) {
			inputs := []*tensor.Tensor{gradcheck.Grid(1, c.x...), gradcheck.Grid(2, c.w...)}
			if c.b != nil {
				inputs = append(inputs, gradcheck.Grid(3, c.b...))
			}
			spec := ref.Conv{N: c.x[0], IC: c.w[2], OC: c.x[3], Groups: 1, Window: c.win}
			spec.IH, spec.IW, spec.KH, spec.KW = c.oh, c.ow, c.w[0], c.w[1]
			gradcheck.Run(t, gradcheck.Case{
				Inputs: inputs,
				Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
					var bias *autograd.Var
					if len(in) == 3 {
						bias = in[2]
					}
					return autograd.ConvTranspose(t, in[0], in[1], bias, c.win)
				},
				Reference: func(in [][]float32) []float64 {
					y, _ := spec.GradInput(in[0], in[1])
					for i := range y {
						if len(in) == 3 {
							y[i] += float64(in[2][i%spec.IC])
						}
					}
					return y
				},
			})
		})
	}
	assertShapeError(t, "conv transpose of 1×2×2×3 and 2×2×4×5: channels do not match", func(t *autograd.Tape) {
		autograd.ConvTranspose(t, t.Input(tensor.Dims(1, 2, 2, 3)), t.Input(tensor.Dims(2, 2, 4, 5)), nil, dense)
	})
}
