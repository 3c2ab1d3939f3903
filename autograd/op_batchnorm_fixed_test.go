package autograd_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/internal/kerneltest"
	"tessera/internal/ref"
	"tessera/kernels"
	"tessera/tensor"
)

// fixedStats are newStats that do not move.
func fixedStats(c int) autograd.BatchStats {
	s := newStats(c)
	s.Fixed = true
	return s
}

// TestBatchNormFixed normalises by running statistics in training.
func TestBatchNormFixed(t *testing.T) {
	norms := map[string]func(*autograd.Tape, *autograd.Var, *autograd.Var, *autograd.Var, autograd.BatchStats, autograd.Activation) *autograd.Var{
		"batch norm": autograd.BatchNorm, "of averages": autograd.BatchNormPooled,
	}
	for name, norm := range norms {
		for _, act := range []autograd.Activation{autograd.Identity, autograd.WithReLU} {
			t.Run(fmt.Sprint(name, " with activation ", act), func(t *testing.T) {
				const c = 19
				gradcheck.Run(t, gradcheck.Case{
					Inputs: []*tensor.Tensor{gradcheck.Grid(1, 7, 1, 1, c), gradcheck.Grid(2, c), gradcheck.Grid(3, c)},
					Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
						return norm(t, in[0], in[1], in[2], fixedStats(c), act)
					},
					Reference: func(in [][]float32) []float64 { return fixedReference(in, act) },
				})
			})
		}
	}
}

// fixedReference normalises in[0] by the statistics of newStats.
func fixedReference(in [][]float32, act autograd.Activation) []float64 {
	x, gamma, beta := in[0], in[1], in[2]
	c := len(gamma)
	stats := newStats(c)
	y := make([]float64, len(x))
	for i := range x {
		j := i % c
		z := (float64(x[i]) - float64(stats.Mean.Data[j])) / math.Sqrt(float64(stats.Var.Data[j])+1e-3)
		y[i] = float64(gamma[j])*z + float64(beta[j])
		if act == autograd.WithReLU {
			y[i], _ = ref.ReLU(y[i])
		}
	}
	return y
}

// A joined operation is recorded on an image, its weights, and a normalisation.
type joined func(t *autograd.Tape, x, w *autograd.Var, n normParts) *autograd.Var

// joinedNorms are the operations that normalise what they compute.
func joinedNorms() map[string]struct {
	w      *autograd.Param
	record joined
} {
	win := kernels.Window{SH: 1, SW: 1, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1}
	of := func(t *autograd.Tape, n normParts) (gamma, beta *autograd.Var) {
		return t.Param(n.gamma), t.Param(n.beta)
	}
	return map[string]struct {
		w      *autograd.Param
		record joined
	}{
		"conv": {filled("HWIO", 6, 3, 3, 6, 6), func(t *autograd.Tape, x, w *autograd.Var, n normParts) *autograd.Var {
			g, b := of(t, n)
			return autograd.ConvBatchNorm(t, x, w, 1, win, g, b, n.stats, autograd.WithSiLU)
		}},
		"depthwise": {filled("HWC", 7, 3, 3, 6), func(t *autograd.Tape, x, w *autograd.Var, n normParts) *autograd.Var {
			g, b := of(t, n)
			return autograd.DepthwiseConvBatchNorm(t, x, w, win, g, b, n.stats, autograd.WithReLU6)
		}},
		"upsampled": {filled("HWIO", 8, 3, 3, 6, 6), func(t *autograd.Tape, x, w *autograd.Var, n normParts) *autograd.Var {
			g, b := of(t, n)
			return autograd.UpsampleConvBatchNorm(t, x, nil, w, g, b, n.stats, autograd.WithReLU)
		}},
		"scaled": {filled("HWIO", 9, 1, 1, 6, 6), func(t *autograd.Tape, x, w *autograd.Var, n normParts) *autograd.Var {
			g, b := of(t, n)
			point := kernels.Window{SH: 1, SW: 1, DH: 1, DW: 1}
			return autograd.ScaledConvBatchNorm(t, x, autograd.GlobalAverage(t, x), w, point, g, b, n.stats, autograd.Identity)
		}},
	}
}

// TestFrozenNormsComputeAsInInference trains what lies before a frozen normalisation, its weights, or nothing: the values are
// those of inference every time, the statistics stay, and a gradient reaches exactly what learns.
func TestFrozenNormsComputeAsInInference(t *testing.T) {
	for name, c := range joinedNorms() {
		t.Run(name, func(t *testing.T) {
			x, n := filled("NHWC", 5, 2, 9, 11, 6), newNormParts(6)
			want := infer(t, false, func(tape *autograd.Tape) *autograd.Var {
				return c.record(tape, tape.Param(x), tape.Param(c.w), n)
			})
			n.stats.Fixed, n.gamma.Frozen, n.beta.Frozen = true, true, true
			mean, variance := n.stats.Mean.Data[0], n.stats.Var.Data[0]
			var below [2][]float32 // gradients of the image, with frozen weights and with others
			for k, learns := range [][2]bool{{true, false}, {true, true}, {false, true}, {false, false}} {
				x.Frozen, c.w.Frozen = !learns[0], !learns[1]
				clear(x.Grad.Data)
				clear(c.w.Grad.Data)
				kerneltest.Equal(t, want, trainOnce(t, func(tape *autograd.Tape) *autograd.Var {
					return c.record(tape, tape.Param(x), tape.Param(c.w), n)
				}))
				assert.Equal(t, learns[0], slices.ContainsFunc(x.Grad.Data, notZero), "image %v", learns)
				assert.Equal(t, learns[1], slices.ContainsFunc(c.w.Grad.Data, notZero), "weights %v", learns)
				if k < 2 {
					below[k] = append([]float32(nil), x.Grad.Data...)
				}
			}
			kerneltest.Equal(t, below[0], below[1])
			assert.Equal(t, [2]float32{mean, variance}, [2]float32{n.stats.Mean.Data[0], n.stats.Var.Data[0]})
			assert.Zero(t, *n.stats.Batches)
			assert.Equal(t, make([]float32, 6), n.gamma.Grad.Data)
		})
	}
}

func notZero(x float32) bool { return x != 0 }

// trainOnce runs a step whose loss is a product of the result with fixed numbers, and returns the result.
func trainOnce(t *testing.T, record func(*autograd.Tape) *autograd.Var) []float32 {
	t.Helper()
	tape := autograd.NewTape(autograd.Training)
	tape.Poison = true
	y := tape.Output(record(tape))
	weights := tape.Input(y.Shape)
	loss := tape.Output(autograd.Dot(tape, y, weights))
	require.NoError(t, tape.Plan())
	defer tape.Free()
	weights.Set(kerneltest.Floats(11, y.Shape.Size()))
	tape.Forward()
	tape.Backward(loss, 1)
	return append([]float32(nil), y.Value()...)
}

// TestFrozenPartsCostNoBackwardWork compares the memory of a step: what lies below frozen normalisations is not kept.
func TestFrozenPartsCostNoBackwardWork(t *testing.T) {
	var bytes [2]int64
	for i, frozen := range []bool{false, true} {
		tape := autograd.NewTape(autograd.Training)
		win := kernels.Window{SH: 1, SW: 1, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1}
		y := tape.Input(tensor.Dims(1, 32, 32, 6))
		for k := range 6 {
			w, n := filled("HWIO", uint64(k), 3, 3, 6, 6), newNormParts(6)
			w.Frozen, n.gamma.Frozen, n.beta.Frozen, n.stats.Fixed = frozen, frozen, frozen, frozen
			y = autograd.ConvBatchNorm(tape, y, tape.Param(w), 1, win, tape.Param(n.gamma), tape.Param(n.beta), n.stats, autograd.WithReLU)
		}
		head := filled("HWIO", 20, 1, 1, 6, 1)
		tape.Output(autograd.Conv(tape, y, tape.Param(head), nil, 1, kernels.Window{SH: 1, SW: 1, DH: 1, DW: 1}))
		bytes[i] = tape.Forecast(1)
	}
	assert.Less(t, bytes[1], bytes[0]*2/3)
}
