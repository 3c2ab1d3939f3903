package autograd_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/parallel"
	"tessera/tensor"
)

// dropped runs a step of two drop-connects on ones, and returns the factors of the images of each, and the gradients
// of both inputs.
func dropped(t *testing.T, seed, step uint64, n int, p float64) (first, second, grads []float32) {
	t.Helper()
	tape := autograd.NewTape(autograd.Training)
	defer tape.Free()
	tape.Seed, tape.Step, tape.Poison = seed, step, true
	x := autograd.NewParam("NHWC", tensor.Dims(n, 1, 1, 1))
	for i := range x.Value.Data {
		x.Value.Data[i] = 1
	}
	a := tape.Output(autograd.DropConnect(tape, tape.Param(x), p))
	b := tape.Output(autograd.DropConnect(tape, tape.Param(x), p))
	ones := tape.Input(x.Value.Shape)
	loss := autograd.Dot(tape, autograd.Add(tape, a, b), ones)
	require.NoError(t, tape.Plan())
	copy(ones.Value(), x.Value.Data)
	tape.Forward()
	tape.Backward(loss, 1)
	clone := func(x []float32) []float32 { return append([]float32(nil), x...) }
	return clone(a.Value()), clone(b.Value()), x.Grad.Data
}

func TestDropConnectDrawsByKey(t *testing.T) {
	const n, p = 4000, 0.2
	a, b, grads := dropped(t, 1, 2, n, p)
	for name, factors := range map[string][]float32{"first": a, "second": b} {
		kept := 0
		for _, f := range factors {
			require.Contains(t, []float32{0, 1.25}, f)
			if f != 0 {
				kept++
			}
		}
		deviation := math.Sqrt(p * (1 - p) * n)
		assert.InDelta(t, (1-p)*n, kept, 4*deviation, name)
	}
	for i, g := range grads {
		require.Equal(t, a[i]+b[i], g, "the gradient takes the way of the value")
	}
	assert.NotEqual(t, a, b, "operations draw differently")
	for name, key := range map[string][2]uint64{"seed": {2, 2}, "step": {1, 3}} {
		other, _, _ := dropped(t, key[0], key[1], n, p)
		assert.NotEqual(t, a, other, name)
	}
	defer parallel.SetWorkers(0)
	parallel.SetWorkers(3)
	again, _, _ := dropped(t, 1, 2, n, p)
	assert.Equal(t, a, again)
}

func TestDropConnectKeepsEverythingWhereItMust(t *testing.T) {
	tape := autograd.NewTape(autograd.Inference)
	x := tape.Input(tensor.Dims(1, 1, 1, 1))
	assert.Same(t, x, autograd.DropConnect(tape, x, 0.5))
	tape = autograd.NewTape(autograd.Training)
	x = tape.Input(tensor.Dims(1, 1, 1, 1))
	assert.Same(t, x, autograd.DropConnect(tape, x, 0))
	for _, p := range []float64{-0.1, 1, math.NaN()} {
		assert.Panics(t, func() { autograd.DropConnect(tape, x, p) }, p)
	}
}

func TestUniform(t *testing.T) {
	sum, squares := 0.0, 0.0
	const n = 20000
	for i := range uint64(n) {
		u := autograd.Uniform(7, i)
		require.True(t, u >= 0 && u < 1)
		sum, squares = sum+u, squares+u*u
	}
	assert.InDelta(t, 0.5, sum/n, 0.01)
	assert.InDelta(t, 1.0/3, squares/n, 0.01)
	assert.NotEqual(t, autograd.Uniform(1, 2), autograd.Uniform(2, 1))
	assert.Equal(t, autograd.Uniform(3, 4), autograd.Uniform(3, 4))
}
