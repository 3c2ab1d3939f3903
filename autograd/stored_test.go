package autograd_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/kerneltest"
	"tessera/internal/parallel"
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

// A stack is a tape of so many layers of convolution and normalisation, with gradients.
type stack struct {
	tape   *autograd.Tape
	params []*autograd.Param
	loss   *autograd.Var
	inputs []*autograd.Var
}

func newStack(p kernels.Precision, storage kernels.Storage, layers int) *stack {
	s := &stack{tape: autograd.NewTape(autograd.Training)}
	t := s.tape
	t.Poison, t.Precision, t.Storage = true, p, storage
	param := func(axes string, sizes ...int) *autograd.Var {
		q := autograd.NewParam(axes, tensor.Dims(sizes...))
		copy(q.Value.Data, kerneltest.Floats(uint64(len(s.params)), q.Value.Shape.Size()))
		s.params = append(s.params, q)
		return t.Param(q)
	}
	norm := func() (gamma, beta *autograd.Var, stats autograd.BatchStats) {
		return param("C", 16), param("C", 16), autograd.BatchStats{Mean: tensor.New(tensor.Float32, tensor.Dims(16)),
			Var: tensor.New(tensor.Float32, tensor.Dims(16)), Batches: new(int64), Eps: 1e-5, Momentum: 0.1}
	}
	win := kernels.Window{SH: 1, SW: 1, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1}
	x := t.Input(tensor.Dims(2, 32, 32, 16))
	s.inputs = append(s.inputs, x)
	for i := range layers {
		gamma, beta, stats := norm()
		act := autograd.Activation(i % 3)
		if i%4 == 3 {
			small := autograd.MaxPool(t, x, kernels.Window{KH: 2, KW: 2, SH: 2, SW: 2, DH: 1, DW: 1})
			x = autograd.UpsampleConvBatchNorm(t, small, x, param("HWIO", 3, 3, 32, 16), gamma, beta, stats, act)
		} else {
			x = autograd.ConvBatchNorm(t, x, param("HWIO", 3, 3, 16, 16), 1, win, gamma, beta, stats, act)
		}
	}
	s.inputs = append(s.inputs, t.Input(x.Shape))
	s.loss = t.Output(autograd.Dot(t, x, s.inputs[1]))
	return s
}

// gradients returns those of two steps.
func (s *stack) gradients(t *testing.T) [][]float32 {
	t.Helper()
	require.NoError(t, s.tape.Plan())
	defer s.tape.Free()
	for i, v := range s.inputs {
		v.Set(kerneltest.Floats(uint64(i), v.Shape.Size()))
	}
	var list [][]float32
	for range 2 {
		s.tape.Forward()
		s.tape.Backward(s.loss, 1)
	}
	for _, p := range s.params {
		list = append(list, p.Grad.Data)
	}
	return list
}

// Almost all that waits does so in half the memory.
func TestStoredHalvesTakeHalf(t *testing.T) {
	full := newStack(kernels.Float32, kernels.StoreAuto, 40).tape.Forecast(1)
	for p, s := range map[kernels.Precision]kernels.Storage{
		kernels.Float16: kernels.StoreAuto, kernels.BFloat16x3: kernels.StoreFloat16, kernels.Float32: kernels.StoreBFloat16,
	} {
		half := newStack(p, s, 40).tape.Forecast(1)
		assert.Less(t, float64(half), 0.62*float64(full), "%v, %v: %d and %d bytes", p, s, half, full)
	}
}

// A storage of its own goes with any precision, and gradients are near those of values that wait as they are.
func TestStorageGradients(t *testing.T) {
	want := newStack(kernels.Float32, kernels.StoreAuto, 6).gradients(t)
	for storage, limit := range map[kernels.Storage]float64{kernels.StoreFloat16: 5e-3, kernels.StoreBFloat16: 8e-2} {
		for i, got := range newStack(kernels.Float32, storage, 6).gradients(t) {
			d := distance(want[i], got)
			assert.True(t, d <= limit, "%v: gradient %d differs by %v", storage, i, d)
			if i == 2 { // of the first weights, of which nothing is exact
				assert.True(t, d >= limit/1000, "%v: nothing was rounded", storage)
			}
		}
	}
	half := newStack(kernels.Float16, kernels.StoreAuto, 6).gradients(t)
	for i, got := range newStack(kernels.Float32, kernels.StoreFloat16, 6).gradients(t) {
		kerneltest.Equal(t, half[i], got)
	}
	for i, got := range newStack(kernels.Float16, kernels.StoreFloat32, 6).gradients(t) {
		kerneltest.Equal(t, want[i], got)
	}
}

// In bfloat16 maps and their gradients lie in half the memory, and gradients of weights are near those of maps that do not.
func TestBFloat16CarriesMaps(t *testing.T) {
	full, auto := newStack(kernels.BFloat16, kernels.StoreFloat32, 5), newStack(kernels.BFloat16, kernels.StoreAuto, 5)
	want, got := full.gradients(t), auto.gradients(t)
	for i := range want {
		d := distance(want[i], got[i])
		assert.True(t, d <= 0.12, "gradient %d differs by %v", i, d)
		if i == 2 { // of the first weights, of which nothing is exact
			assert.True(t, d >= 1e-4, "nothing was rounded")
		}
	}
	before, after := newStack(kernels.BFloat16, kernels.StoreFloat32, 40), newStack(kernels.BFloat16, kernels.StoreAuto, 40)
	assert.Less(t, float64(after.tape.Forecast(1)), 0.62*float64(before.tape.Forecast(1)))
	x3 := newStack(kernels.BFloat16x3, kernels.StoreAuto, 40)
	assert.Equal(t, newStack(kernels.BFloat16x3, kernels.StoreFloat32, 40).tape.Forecast(1), x3.tape.Forecast(1))
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

// A step allocates nothing in any storage.
func TestStoredAllocatesNothing(t *testing.T) {
	defer parallel.SetWorkers(0)
	parallel.SetWorkers(1)
	for _, storage := range []kernels.Storage{kernels.StoreFloat16, kernels.StoreBFloat16} {
		s := newStack(kernels.Float32, storage, 5)
		s.tape.Poison = false
		require.NoError(t, s.tape.Plan())
		step := func() {
			s.tape.Forward()
			s.tape.Backward(s.loss, 1)
		}
		step()
		assert.Zero(t, testing.AllocsPerRun(3, step), storage)
		s.tape.Free()
	}
}
