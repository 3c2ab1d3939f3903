package autograd_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/tensor"
)

func TestPad(t *testing.T) {
	const n, h, w, c = 2, 5, 4, 19
	for _, p := range [][4]int{{0, 0, 3, 2}, {1, 2, 0, 3}, {-1, -2, 0, 0}, {0, 0, -2, -1}, {2, -1, -3, 4}, {7, 0, -4, 0}, {-7, 0, 9, 6}} {
		t.Run(fmt.Sprint(p), func(t *testing.T) {
			oh, ow := h+p[0]+p[2], w+p[1]+p[3]
			gradcheck.Run(t, gradcheck.Case{
				Inputs: []*tensor.Tensor{gradcheck.Grid(1, n, h, w, c)},
				Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
					return autograd.Pad(t, in[0], p[0], p[1], p[2], p[3])
				},
				Reference: func(in [][]float32) []float64 {
					y := make([]float64, n*oh*ow*c)
					for i := range y {
						iy, ix := i/(ow*c)%oh-p[0], i/c%ow-p[1]
						if iy >= 0 && iy < h && ix >= 0 && ix < w {
							y[i] = float64(in[0][((i/(oh*ow*c)*h+iy)*w+ix)*c+i%c])
						}
					}
					return y
				},
			})
		})
	}
	tape := autograd.NewTape(autograd.Training)
	x := tape.Input(tensor.Dims(1, 2, 3, 4))
	assert.Same(t, x, autograd.Pad(tape, x, 0, 0, 0, 0))
	assertShapeError(t, "pad of 1×2×2×3: -1, -1 rows and 0, 0 columns added leave nothing", func(t *autograd.Tape) {
		autograd.Pad(t, t.Input(tensor.Dims(1, 2, 2, 3)), -1, 0, -1, 0)
	})
}
