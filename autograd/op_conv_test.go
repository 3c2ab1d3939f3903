package autograd_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/internal/ref"
	"tessera/kernels"
	"tessera/tensor"
)

// dense is a window without stride, dilation and padding.
var dense = kernels.Window{SH: 1, SW: 1, DH: 1, DW: 1}

func TestConv(t *testing.T) {
	padded := kernels.Window{SH: 1, SW: 1, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1}
	odd := kernels.Window{SH: 2, SW: 3, DH: 2, DW: 1, PT: 2, PL: 0, PB: 1, PR: 2}
	for name, c := range map[string]struct {
		groups  int
		win     kernels.Window
		x, w, b []int
	}{
		"1x1":                {1, dense, []int{2, 3, 5, 6}, []int{1, 1, 6, 19}, []int{19}},
		"3x3":                {1, padded, []int{2, 5, 4, 7}, []int{3, 3, 7, 5}, []int{5}},
		"without bias":       {1, padded, []int{1, 4, 4, 3}, []int{3, 3, 3, 4}, nil},
		"unequal everything": {1, odd, []int{2, 9, 11, 3}, []int{3, 2, 3, 4}, []int{4}},
		"groups":             {3, padded, []int{1, 5, 6, 6}, []int{3, 3, 2, 9}, []int{9}},
		"one pixel":          {1, dense, []int{3, 1, 1, 40}, []int{1, 1, 40, 10}, []int{10}},
	} {
		t.Run(name, func(t *testing.T) {
			inputs := []*tensor.Tensor{gradcheck.Grid(1, c.x...), gradcheck.Grid(2, c.w...)}
			if c.b != nil {
				inputs = append(inputs, gradcheck.Grid(3, c.b...))
			}
			spec := ref.Conv{N: c.x[0], IC: c.x[3], OC: c.w[3], Groups: c.groups, Window: c.win}
			spec.IH, spec.IW, spec.KH, spec.KW = c.x[1], c.x[2], c.w[0], c.w[1]
			gradcheck.Run(t, gradcheck.Case{
				Inputs: inputs,
				Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
					var bias *autograd.Var
					if len(in) == 3 {
						bias = in[2]
					}
					return autograd.Conv(t, in[0], in[1], bias, c.groups, c.win)
				},
				Reference: func(in [][]float32) []float64 {
					y, _ := spec.Forward(in[0], in[1])
					for i := range y {
						if len(in) == 3 {
							y[i] += float64(in[2][i%spec.OC])
						}
					}
					return y
				},
			})
		})
	}
}

// The chains of a convolution in two parts begin at the bias of their channels.
func TestConvWithBiasInTwoParts(t *testing.T) {
	x, w, b := filled("NHWC", 1, 1, 5, 6, 270), filled("HWIO", 2, 1, 1, 270, 250), filled("C", 3, 250)
	y := infer(t, false, func(tape *autograd.Tape) *autograd.Var {
		return autograd.Conv(tape, tape.Param(x), tape.Param(w), tape.Param(b), 1, dense)
	})
	spec := ref.Conv{N: 1, IC: 270, OC: 250, Groups: 1, Window: dense}
	spec.IH, spec.IW, spec.KH, spec.KW = 5, 6, 1, 1
	want, _ := spec.Forward(x.Value.Data, w.Value.Data)
	for i, v := range want {
		require.InDelta(t, v+float64(b.Value.Data[i%250]), y[i], 1e-4)
	}
}

func TestDepthwiseConv(t *testing.T) {
	for name, c := range map[string]struct {
		win     kernels.Window
		n, h, w int
		k, ch   int
	}{
		"3x3":          {kernels.Window{SH: 1, SW: 1, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1}, 2, 5, 4, 3, 19},
		"5x5 stride 2": {kernels.Window{SH: 2, SW: 2, DH: 1, DW: 1, PT: 1, PL: 1, PB: 2, PR: 2}, 1, 9, 8, 5, 3},
		"dilation":     {kernels.Window{SH: 1, SW: 1, DH: 2, DW: 2, PT: 2, PL: 2, PB: 2, PR: 2}, 1, 7, 6, 3, 4},
	} {
		t.Run(name, func(t *testing.T) {
			win := c.win
			win.IH, win.IW, win.KH, win.KW = c.h, c.w, c.k, c.k
			gradcheck.Run(t, gradcheck.Case{
				Inputs: []*tensor.Tensor{gradcheck.Grid(1, c.n, c.h, c.w, c.ch), gradcheck.Grid(2, c.k, c.k, c.ch)},
				Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
					return autograd.DepthwiseConv(t, in[0], in[1], c.win)
				},
				Reference: func(in [][]float32) []float64 {
					y, _ := ref.DWConv(c.n, c.ch, win, in[0], in[1])
					return y
				},
			})
		})
	}
}

func TestConvShapes(t *testing.T) {
	conv := func(x, w, b []int, groups int, win kernels.Window) func(t *autograd.Tape) {
		return func(t *autograd.Tape) {
			var bias *autograd.Var
			if b != nil {
				bias = t.Input(tensor.Dims(b...))
			}
			autograd.Conv(t, t.Input(tensor.Dims(x...)), t.Input(tensor.Dims(w...)), bias, groups, win)
		}
	}
	depthwise := func(x, w []int) func(t *autograd.Tape) {
		return func(t *autograd.Tape) {
			autograd.DepthwiseConv(t, t.Input(tensor.Dims(x...)), t.Input(tensor.Dims(w...)), dense)
		}
	}
	image, weights := []int{1, 4, 4, 3}, []int{3, 3, 3, 8}
	cases := map[string]func(t *autograd.Tape){
		"conv of 1×4×4×3 and 3×3×2×8: channels do not match in 1 groups": conv(image, []int{3, 3, 2, 8}, nil, 1, dense),
		"conv of 1×4×4×3 and 3×3×1×9: channels do not match in 2 groups": conv(image, []int{3, 3, 1, 9}, nil, 2, dense),
		"conv of 1×4×4×3 and 3×3×3×8: channels do not match in 1 groups": conv(image, weights, []int{7}, 1, dense),
		"is larger than the padded image 2×4":                            conv([]int{1, 2, 4, 3}, weights, nil, 1, dense),
		"conv of 1×4×4×3 and 3×3×3: want weights of 4 dimensions":        conv(image, []int{3, 3, 3}, nil, 1, dense),
		"images of 4×4×3: want N×H×W×C":                                  conv([]int{4, 4, 3}, weights, nil, 1, dense),
		"depthwise conv of 1×4×4×3 and 3×3×2: channels differ":           depthwise(image, []int{3, 3, 2}),
		"depthwise conv of 1×4×4×3 and 3×3: want weights of 3":           depthwise(image, []int{3, 3}),
	}
	for want, record := range cases {
		assertShapeError(t, want, record)
	}
}

// assertShapeError asserts that recording panics with a ShapeError that says so.
func assertShapeError(t *testing.T, want string, record func(t *autograd.Tape)) {
	t.Helper()
	assert.NotPanics(t, func() {
		err := autograd.Catch(func() { record(autograd.NewTape(autograd.Training)) })
		assert.ErrorContains(t, err, want)
	}, want)
}
