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

// dwOfRow returns the gradient of the weights of a convolution 1×1 of x [1, 1, 64, 2], whose results are added up.
func dwOfRow(t *testing.T, p kernels.Precision, x []float32) []float32 {
	t.Helper()
	tape := autograd.NewTape(autograd.Training)
	tape.Poison, tape.Precision = true, p
	in := tape.Input(tensor.Dims(1, 1, 64, 2))
	zero := tape.Input(in.Shape)
	w := autograd.NewParam("HWIO", tensor.Dims(1, 1, 2, 1))
	y := autograd.Conv(tape, autograd.Add(tape, in, zero), tape.Param(w), nil, 1, dense)
	ones := tape.Input(y.Shape)
	loss := tape.Output(autograd.Dot(tape, autograd.Add(tape, y, y), ones))
	require.NoError(t, tape.Plan())
	defer tape.Free()
	in.Set(x)
	for i := range ones.Value() {
		ones.Value()[i] = 1
	}
	tape.Forward()
	tape.Backward(loss, 0.5)
	assert.Empty(t, tape.FirstNonFinite())
	return w.Grad.Data
}

// What is too large for a half is limited, what is small is a denormal one, and what has too many digits is rounded to the nearest
// even.
func TestStoredHalves(t *testing.T) {
	x := make([]float32, 128)
	x[0], x[1] = 1e6, 0x1p-24
	assert.Equal(t, []float32{1e6, 0x1p-24}, dwOfRow(t, kernels.Float32, x))
	assert.Equal(t, []float32{65504, 0x1p-24}, dwOfRow(t, kernels.Float16, x))
	x[0], x[1] = -float32(1e30), 1+0x1p-11
	assert.Equal(t, []float32{-65504, 1}, dwOfRow(t, kernels.Float16, x))
	x[0], x[1] = 1+3*0x1p-11, 1+0x1p-11+0x1p-20
	assert.Equal(t, []float32{1 + 4*0x1p-11, 1 + 2*0x1p-11}, dwOfRow(t, kernels.Float16, x))
}

// A value that is no number is still none after it was stored.
func TestStoredNaN(t *testing.T) {
	tape := autograd.NewTape(autograd.Training)
	tape.Precision = kernels.Float16
	in := tape.Input(tensor.Dims(1, 8, 8, 2))
	w := autograd.NewParam("HWIO", tensor.Dims(1, 1, 2, 1))
	y := autograd.Conv(tape, autograd.ReLU(tape, in), tape.Param(w), nil, 1, dense)
	weights := tape.Input(y.Shape)
	loss := tape.Output(autograd.Dot(tape, autograd.Add(tape, y, y), weights))
	require.NoError(t, tape.Plan())
	defer tape.Free()
	in.Value()[5], weights.Value()[2] = float32(math.NaN()), 1
	tape.Forward()
	tape.Backward(loss, 1)
	assert.True(t, math.IsNaN(float64(w.Grad.Data[1])))
}

// deep returns a tape of convolutions with normalisation and the bytes it takes.
func deep(p kernels.Precision) int64 {
	tape := autograd.NewTape(autograd.Training)
	tape.Precision = p
	x := tape.Input(tensor.Dims(2, 32, 32, 16))
	for i := range 40 {
		param := func(axes string, sizes ...int) *autograd.Var {
			return tape.Param(autograd.NewParam(axes, tensor.Dims(sizes...)))
		}
		stats := autograd.BatchStats{Mean: tensor.New(tensor.Float32, tensor.Dims(16)), Var: tensor.New(tensor.Float32, tensor.Dims(16)),
			Batches: new(int64), Eps: 1e-5, Momentum: 0.1}
		win := kernels.Window{SH: 1, SW: 1, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1}
		x = autograd.ConvBatchNorm(tape, x, param("HWIO", 3, 3, 16, 16), 1, win, param("C", 16), param("C", 16), stats,
			autograd.Activation(i%3))
	}
	autograd.Dot(tape, x, tape.Input(x.Shape))
	return tape.Forecast(1)
}

// Almost all that waits does so in half the memory.
func TestStoredHalvesTakeHalf(t *testing.T) {
	full, half := deep(kernels.Float32), deep(kernels.Float16)
	assert.Less(t, float64(half), 0.62*float64(full), "%d and %d bytes", half, full)
}

// In inference nothing waits.
func TestInferenceIsThatOfFloat32(t *testing.T) {
	run := func(p kernels.Precision) (int64, []float32) {
		tape := autograd.NewTape(autograd.Inference)
		tape.Precision = p
		x, w := tape.Input(tensor.Dims(1, 9, 8, 5)), autograd.NewParam("HWIO", tensor.Dims(1, 1, 5, 7))
		copy(w.Value.Data, kerneltest.Floats(1, 35))
		y := tape.Output(autograd.SiLU(tape, autograd.Conv(tape, x, tape.Param(w), nil, 1, dense)))
		require.NoError(t, tape.Plan())
		defer tape.Free()
		x.Set(kerneltest.Floats(2, x.Shape.Size()))
		tape.Forward()
		return tape.Bytes(), append([]float32(nil), y.Value()...)
	}
	bytes, want := run(kernels.Float32)
	again, got := run(kernels.Float16)
	assert.Equal(t, bytes, again)
	kerneltest.Equal(t, want, got)
}
