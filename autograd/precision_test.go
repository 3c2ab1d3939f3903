package autograd_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/kerneltest"
	"tessera/kernels"
	"tessera/tensor"
)

// precisionCase is an operation on parameters of these shapes.
type precisionCase struct {
	shapes [][]int
	build  func(t *autograd.Tape, in []*autograd.Var) *autograd.Var
	single bool // computed in float32 whatever the tape's precision is
}

var precisionCases = map[string]precisionCase{
	"conv": {[][]int{{2, 9, 7, 20}, {3, 3, 20, 24}, {24}}, func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
		return autograd.Conv(t, in[0], in[1], in[2], 1, kernels.Window{SH: 2, SW: 1, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1})
	}, false},
	"linear": {[][]int{{2, 5, 7, 33}, {33, 40}}, func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
		return autograd.Linear(t, in[0], in[1], nil)
	}, false},
	"transposed": {[][]int{{1, 6, 5, 18}, {4, 4, 12, 18}}, func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
		return autograd.ConvTranspose(t, in[0], in[1], nil, kernels.Window{SH: 2, SW: 2, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1})
	}, false},
	"upsample": {[][]int{{2, 5, 6, 20}, {2, 10, 12, 9}, {3, 3, 29, 16}}, func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
		return autograd.UpsampleConv(t, in[0], in[1], in[2])
	}, false},
	"groups": {[][]int{{1, 6, 6, 8}, {3, 3, 4, 8}}, func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
		return autograd.Conv(t, in[0], in[1], nil, 2, dense)
	}, true},
	"one pixel": {[][]int{{4, 1, 1, 40}, {1, 1, 40, 9}}, func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
		return autograd.Conv(t, in[0], in[1], nil, 1, dense)
	}, true},
}

// run returns the value and the gradients in a precision.
func (c precisionCase) run(t *testing.T, p kernels.Precision) [][]float32 {
	tape := autograd.NewTape(autograd.Training)
	tape.Poison, tape.Precision = true, p
	var params []*autograd.Param
	var in []*autograd.Var
	for i, s := range c.shapes {
		p := autograd.NewParam("NHWC"[:len(s)], tensor.Dims(s...))
		copy(p.Value.Data, kerneltest.Floats(uint64(i), p.Value.Shape.Size()))
		params, in = append(params, p), append(in, tape.Param(p))
	}
	y := tape.Output(c.build(tape, in))
	n, h, w, channels := y.Shape.NHWC()
	labels := tape.Labels(tensor.Dims(n, h, w))
	for i := range labels.Indices {
		labels.Indices[i] = uint8(i % channels)
	}
	loss := autograd.CrossEntropy(tape, y, autograd.NewTarget(labels), autograd.NoIgnore, 0, nil)
	require.NoError(t, tape.Plan())
	defer tape.Free()
	tape.Forward()
	results := [][]float32{append([]float32(nil), y.Value()...)}
	tape.Backward(loss, 100)
	for _, p := range params {
		results = append(results, p.Grad.Data)
	}
	return results
}

// distance is the root of the sum of squared differences, as a part of the size of want.
func distance(want, got []float32) float64 {
	sum, size := 0.0, 0.0
	for i, v := range want {
		sum += math.Pow(float64(got[i])-float64(v), 2)
		size += math.Pow(float64(v), 2)
	}
	return math.Sqrt(sum / size)
}

// A tape's precision reaches every operation that convolves, forward and backward, and no other.
func TestPrecision(t *testing.T) {
	for name, c := range precisionCases {
		t.Run(name, func(t *testing.T) {
			want := c.run(t, kernels.Float32)
			for p, limits := range map[kernels.Precision][2]float64{kernels.BFloat16: {1e-4, 2e-2}, kernels.BFloat16x3: {1e-7, 5e-5}} {
				for i, got := range c.run(t, p) {
					d := distance(want[i], got)
					switch {
					case c.single:
						assert.Zero(t, d, "%v: result %d", p, i)
					case i == 3 && name == "conv": // the bias: a sum over pixels, of gradients that hardly differ
						assert.True(t, d <= limits[1], "%v: %v", p, d)
					default:
						assert.True(t, d >= limits[0] && d <= limits[1], "%v: result %d differs by %v", p, i, d)
					}
				}
			}
		})
	}
}

// In inference a task normalises what it computed; a scaled convolution scales what it rounds.
func TestScaledConvPrecision(t *testing.T) {
	run := func(p kernels.Precision, mode autograd.Mode) []float32 {
		tape := autograd.NewTape(mode)
		tape.Poison, tape.Precision = true, p
		param := func(key uint64, axes string, sizes ...int) *autograd.Var {
			p := autograd.NewParam(axes, tensor.Dims(sizes...))
			copy(p.Value.Data, kerneltest.Floats(key, p.Value.Shape.Size()))
			return tape.Param(p)
		}
		x, s, w := param(1, "NHWC", 2, 7, 9, 36), param(2, "NHWC", 2, 1, 1, 36), param(3, "HWIO", 1, 1, 36, 20)
		stats := autograd.BatchStats{Mean: tensor.New(tensor.Float32, tensor.Dims(20)), Var: tensor.New(tensor.Float32, tensor.Dims(20)),
			Batches: new(int64), Eps: 1e-3, Momentum: 0.1}
		for i := range stats.Var.Data {
			stats.Var.Data[i] = 1
		}
		y := tape.Output(autograd.ScaledConvBatchNorm(tape, x, s, w, dense, param(4, "C", 20), param(5, "C", 20), stats, autograd.Identity))
		require.NoError(t, tape.Plan())
		defer tape.Free()
		tape.Forward()
		return append([]float32(nil), y.Value()...)
	}
	for _, mode := range []autograd.Mode{autograd.Training, autograd.Inference} {
		want := run(kernels.Float32, mode)
		d := distance(want, run(kernels.BFloat16, mode))
		assert.True(t, d > 1e-4 && d <= 1e-2, "bf16 differs by %v", d)
		d = distance(want, run(kernels.BFloat16x3, mode))
		assert.True(t, d <= 2e-5, "bf16x3 differs by %v", d)
	}
}
