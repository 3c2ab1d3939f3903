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

// kept runs a step of a dropout on ones [2, 40, 30, 20], and returns the factors and the gradient.
func kept(t *testing.T, seed, step uint64, p float64, drop func(*autograd.Tape, *autograd.Var, float64) *autograd.Var,
) (factors, grad []float32) {
	t.Helper()
	tape := autograd.NewTape(autograd.Training)
	defer tape.Free()
	tape.Seed, tape.Step, tape.Poison = seed, step, true
	x := autograd.NewParam("NHWC", tensor.Dims(2, 40, 30, 20))
	for i := range x.Value.Data {
		x.Value.Data[i] = 1
	}
	y := tape.Output(drop(tape, tape.Param(x), p))
	ones := tape.Input(x.Value.Shape)
	loss := autograd.Dot(tape, y, ones)
	require.NoError(t, tape.Plan())
	copy(ones.Value(), x.Value.Data)
	tape.Forward()
	tape.Backward(loss, 1)
	return append([]float32(nil), y.Value()...), x.Grad.Data
}

func TestDropoutDrawsByKey(t *testing.T) {
	const p = 0.2
	a, grad := kept(t, 1, 2, p, autograd.Dropout)
	assert.Equal(t, a, grad, "the gradient takes the way of the value")
	count := 0.0
	for _, f := range a {
		require.Contains(t, []float32{0, 1.25}, f)
		if f != 0 {
			count++
		}
	}
	n := float64(len(a))
	assert.InDelta(t, (1-p)*n, count, 4*math.Sqrt(p*(1-p)*n))
	for name, key := range map[string][2]uint64{"seed": {2, 2}, "step": {1, 3}} {
		other, _ := kept(t, key[0], key[1], p, autograd.Dropout)
		assert.NotEqual(t, a, other, name)
	}
	defer parallel.SetWorkers(0)
	parallel.SetWorkers(3)
	again, _ := kept(t, 1, 2, p, autograd.Dropout)
	assert.Equal(t, a, again)
}

func TestDropChannelsDropsWholeChannels(t *testing.T) {
	f, grad := kept(t, 1, 2, 0.5, autograd.DropChannels)
	assert.Equal(t, f, grad)
	dropped, differ := 0, false
	for image := range 2 {
		first := f[image*24000:][:20]
		for i, v := range f[image*24000:][:24000] {
			require.Equal(t, first[i%20], v)
		}
		for j, v := range first {
			if v == 0 {
				dropped++
			}
			differ = differ || v != f[(1-image)*24000+j]
		}
	}
	assert.True(t, dropped > 8 && dropped < 32, "%d of 40", dropped)
	assert.True(t, differ, "images draw by themselves")
}

func TestDropoutKeepsEverythingWhereItMust(t *testing.T) {
	tape := autograd.NewTape(autograd.Inference)
	x := tape.Input(tensor.Dims(1, 1, 1, 1))
	assert.Same(t, x, autograd.Dropout(tape, x, 0.5))
	tape = autograd.NewTape(autograd.Training)
	x = tape.Input(tensor.Dims(1, 1, 1, 1))
	assert.Same(t, x, autograd.DropChannels(tape, x, 0))
	for _, p := range []float64{-0.1, 1, math.NaN()} {
		assert.Panics(t, func() { autograd.Dropout(tape, x, p) }, p)
	}
}
