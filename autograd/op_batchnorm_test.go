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

// newStats returns running statistics that differ from channel to channel.
func newStats(c int) autograd.BatchStats {
	s := autograd.BatchStats{Batches: new(int64), Momentum: 0.1, Eps: 1e-3}
	s.Mean, s.Var = gradcheck.Grid(5, c), tensor.New(tensor.Float32, tensor.Dims(c))
	for i := range s.Var.Data {
		s.Var.Data[i] = 0.5 + 0.25*float32(i%7)
	}
	return s
}

// moments returns mean and biased variance of column j of x [rows, c].
func moments(x []float32, c, j int) (mean, variance float64) {
	rows := float64(len(x) / c)
	for i := j; i < len(x); i += c {
		mean += float64(x[i]) / rows
	}
	for i := j; i < len(x); i += c {
		variance += (float64(x[i]) - mean) * (float64(x[i]) - mean) / rows
	}
	return mean, variance
}

// batchNormReference normalises x = in[0] by its own moments.
func batchNormReference(in [][]float32, act func(float64) (float64, float64)) []float64 {
	x, gamma, beta := in[0], in[1], in[2]
	y := make([]float64, len(x))
	c := len(gamma)
	for j := range c {
		mean, variance := moments(x, c, j)
		for i := j; i < len(x); i += c {
			z := (float64(x[i]) - mean) / math.Sqrt(variance+1e-3)
			y[i], _ = act(float64(gamma[j])*z + float64(beta[j]))
		}
	}
	return y
}

// TestBatchNormReLU6 scales by eight, so that some of the results are cut off at 6.
func TestBatchNormReLU6(t *testing.T) {
	size := []int{2, 3, 5, 19}
	gradcheck.Run(t, gradcheck.Case{
		Inputs: []*tensor.Tensor{gradcheck.Grid(1, size...), gradcheck.Grid(2, 19), gradcheck.Grid(3, 19)},
		Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
			g := in[1]
			for range 3 {
				g = autograd.Add(t, g, g)
			}
			return autograd.BatchNorm(t, in[0], g, in[2], newStats(19), autograd.WithReLU6)
		},
		Reference: func(in [][]float32) []float64 {
			gamma := make([]float32, 19)
			for i, v := range in[1] {
				gamma[i] = 8 * v
			}
			y := batchNormReference([][]float32{in[0], gamma, in[2]}, ref.ReLU6)
			cut := 0
			for _, v := range y {
				if v == 6 {
					cut++
				}
			}
			assert.Greater(t, cut, 10)
			return y
		},
	})
}

func TestBatchNorm(t *testing.T) {
	identity := func(x float64) (value, scale float64) { return x, x }
	for name, c := range map[string]struct {
		act  autograd.Activation
		ref  func(float64) (float64, float64)
		size []int
	}{
		"alone":     {autograd.Identity, identity, []int{2, 3, 5, 19}},
		"with ReLU": {autograd.WithReLU, ref.ReLU, []int{2, 3, 5, 3}},
		"with SiLU": {autograd.WithSiLU, ref.SiLU, []int{2, 3, 5, 19}},
		"blocks":    {autograd.WithSiLU, ref.SiLU, []int{2, 47, 45, 5}},
	} {
		t.Run(name, func(t *testing.T) {
			channels := c.size[3]
			gradcheck.Run(t, gradcheck.Case{
				Inputs: []*tensor.Tensor{
					gradcheck.Grid(1, c.size...), gradcheck.Grid(2, channels), gradcheck.Grid(3, channels),
				},
				Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
					return autograd.BatchNorm(t, in[0], in[1], in[2], newStats(channels), c.act)
				},
				Reference: func(in [][]float32) []float64 { return batchNormReference(in, c.ref) },
			})
		})
	}
}

// TestBatchNormFarFromZero has a mean a thousand times the deviation: sums of squares about zero would lose it.
func TestBatchNormFarFromZero(t *testing.T) {
	const c = 4
	x := kerneltest.Floats(1, 6*7*5*c)
	for i := range x {
		x[i] += 1000
	}
	stats := newStats(c)
	for j := range stats.Mean.Data {
		stats.Mean.Data[j] = 999.5
	}
	y, after := normalise(t, autograd.Training, x, stats)
	for j := range c {
		mean, variance := moments(x, c, j)
		rows := float64(len(x) / c)
		assert.InDelta(t, 0.9*999.5+0.1*mean, after.Mean.Data[j], 1e-4)
		assert.InDelta(t, 0.9*(0.5+0.25*float64(j))+0.1*variance*rows/(rows-1), after.Var.Data[j], 1e-5)
		for i := j; i < len(x); i += c {
			assert.InDelta(t, (float64(x[i])-mean)/math.Sqrt(variance+1e-3), y[i], 1e-3)
		}
	}
	assert.EqualValues(t, 1, *after.Batches)
}

// TestBatchNormInInference uses the running statistics and leaves them alone.
func TestBatchNormInInference(t *testing.T) {
	const c = 3
	x := kerneltest.Floats(1, 6*7*5*c)
	before := newStats(c)
	y, after := normalise(t, autograd.Inference, x, newStats(c))
	assert.Equal(t, before, after)
	for i, v := range x {
		j := i % c
		want := (float64(v) - float64(before.Mean.Data[j])) / math.Sqrt(float64(before.Var.Data[j])+1e-3)
		assert.InDelta(t, want, y[i], 1e-6)
	}
}

// normalise runs a batch normalisation of 6 images 7×5 without scale and shift.
func normalise(t *testing.T, mode autograd.Mode, data []float32, stats autograd.BatchStats,
) ([]float32, autograd.BatchStats) {
	t.Helper()
	c := stats.Mean.Shape.Size()
	tape := autograd.NewTape(mode)
	defer tape.Free()
	x, gamma, beta := tape.Input(tensor.Dims(6, 7, 5, c)), tape.Input(tensor.Dims(c)), tape.Input(tensor.Dims(c))
	y := tape.Output(autograd.BatchNorm(tape, x, gamma, beta, stats, autograd.Identity))
	require.NoError(t, tape.Plan())
	copy(x.Value(), data)
	for j := range c {
		gamma.Value()[j] = 1
	}
	tape.Forward()
	return append([]float32(nil), y.Value()...), stats
}

func TestBatchNormShapes(t *testing.T) {
	assertShapeError(t, "batch norm of 1×2×2×3 and 3 and 2: want a scale and a shift for each channel",
		func(t *autograd.Tape) {
			autograd.BatchNorm(t, t.Input(tensor.Dims(1, 2, 2, 3)), t.Input(tensor.Dims(3)), t.Input(tensor.Dims(2)),
				newStats(3), autograd.Identity)
		})
}

// TestBatchNormCumulative runs three batches after a counter of 0: the running statistics end as the plain means of theirs.
func TestBatchNormCumulative(t *testing.T) {
	const rows, c, batches = 12, 5, 3
	norms := map[string]func(*autograd.Tape, *autograd.Var, *autograd.Var, *autograd.Var, autograd.BatchStats, autograd.Activation) *autograd.Var{
		"batch norm": autograd.BatchNorm, "of averages": autograd.BatchNormPooled,
	}
	for name, norm := range norms {
		stats := newStats(c)
		tape := autograd.NewTape(autograd.Training)
		x, gamma, beta := tape.Input(tensor.Dims(rows, 1, 1, c)), tape.Input(tensor.Dims(c)), tape.Input(tensor.Dims(c))
		tape.Output(norm(tape, x, gamma, beta, stats, autograd.WithReLU))
		require.NoError(t, tape.Plan())
		tape.Forward() // with the momentum of stats
		*stats.Batches, tape.Cumulative = 0, true
		means, variances := make([]float64, c), make([]float64, c)
		for k := range batches {
			values := kerneltest.Floats(uint64(k+1), rows*c)
			x.Set(values)
			tape.Forward()
			for j := range c {
				mean, variance := moments(values, c, j)
				means[j] += mean / batches
				variances[j] += variance * rows / (rows - 1) / batches
			}
		}
		assert.InDeltaSlice(t, means, stats.Mean.Data, 1e-6, name)
		assert.InDeltaSlice(t, variances, stats.Var.Data, 1e-6, name)
		assert.EqualValues(t, batches, *stats.Batches, name)
		tape.Free()
	}
}
