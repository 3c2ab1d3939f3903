package autograd_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/internal/kerneltest"
	"tessera/internal/ref"
	"tessera/tensor"
)

func TestBatchNormPooled(t *testing.T) {
	identity := func(x float64) (value, scale float64) { return x, x }
	for name, c := range map[string]struct {
		act  autograd.Activation
		ref  func(float64) (float64, float64)
		n, c int
	}{
		"alone":     {autograd.Identity, identity, 3, 19},
		"with ReLU": {autograd.WithReLU, ref.ReLU, 5, 130},
		"one image": {autograd.WithReLU, ref.ReLU, 1, 7},
	} {
		t.Run(name, func(t *testing.T) {
			gradcheck.Run(t, gradcheck.Case{
				Inputs: []*tensor.Tensor{gradcheck.Grid(1, c.n, 1, 1, c.c), gradcheck.Grid(2, c.c), gradcheck.Grid(3, c.c)},
				Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
					return autograd.BatchNormPooled(t, in[0], in[1], in[2], newStats(c.c), c.act)
				},
				Reference: func(in [][]float32) []float64 { return batchNormReference(in, c.ref) },
				Tolerance: 2e-4, // the slope between two points of a curve
			})
		})
	}
	assertShapeError(t, "batch norm of averages of 1×2×1×3: want one pixel an image, and ReLU or no activation",
		func(t *autograd.Tape) {
			v := t.Input(tensor.Dims(3))
			autograd.BatchNormPooled(t, t.Input(tensor.Dims(1, 2, 1, 3)), v, v, newStats(3), autograd.Identity)
		})
}

// TestBatchNormPooledKeepsSmallDifferences has a mean ten thousand times the deviation. The running statistics are those
// that BatchNorm leaves.
func TestBatchNormPooledKeepsSmallDifferences(t *testing.T) {
	const n, c = 3, 5
	x := kerneltest.Floats(1, n*c)
	for i := range x {
		x[i] = 1 + x[i]/(1<<14)
	}
	run := func(norm func(*autograd.Tape, *autograd.Var, *autograd.Var, *autograd.Var, autograd.BatchStats, autograd.Activation) *autograd.Var,
		stats autograd.BatchStats) []float32 {
		tape := autograd.NewTape(autograd.Training)
		defer tape.Free()
		in, gamma, beta := tape.Input(tensor.Dims(n, 1, 1, c)), tape.Input(tensor.Dims(c)), tape.Input(tensor.Dims(c))
		y := tape.Output(norm(tape, in, gamma, beta, stats, autograd.Identity))
		require.NoError(t, tape.Plan())
		in.Set(x)
		for j := range c {
			gamma.Value()[j], beta.Value()[j] = 1, 0
		}
		tape.Forward()
		return append([]float32(nil), y.Value()...)
	}
	stats, other := newStats(c), newStats(c)
	stats.Eps, other.Eps = 1e-12, 1e-12
	y := run(autograd.BatchNormPooled, stats)
	run(autograd.BatchNorm, other)
	for j := range c {
		mean, variance := moments(x, c, j)
		for i := j; i < len(x); i += c {
			assert.InDelta(t, (float64(x[i])-mean)/math.Sqrt(variance+1e-12), y[i], 1e-6)
		}
	}
	assert.InDeltaSlice(t, other.Mean.Data, stats.Mean.Data, 1e-6)
	assert.InDeltaSlice(t, other.Var.Data, stats.Var.Data, 1e-6)
	assert.EqualValues(t, 1, *stats.Batches)
}
