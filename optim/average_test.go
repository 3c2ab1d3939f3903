package optim

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/autograd"
	"tessera/internal/kerneltest"
	"tessera/tensor"
)

// TestAverageStateRoundTrip restores a mean elsewhere and goes on.
func TestAverageStateRoundTrip(t *testing.T) {
	for _, make := range []func([][]float32) *Average{NewSWA, func(x [][]float32) *Average { return NewEMA(x, 0.75) },
		func(x [][]float32) *Average { return NewWarmEMA(x, 0.6) }} {
		live := [][]float32{kerneltest.Floats(1, 7), kerneltest.Floats(2, spanFloats+3)}
		a, b := make(live), make(live)
		a.Update()
		live[1][spanFloats] = 5
		a.Update()
		restore(t, a.State(), b.State())
		live[0][0] = -7
		a.Update()
		b.Update()
		assert.EqualValues(t, 3, b.Updates())
		assert.Equal(t, a.mean, b.mean)
		assert.NotEqual(t, live[1][spanFloats], a.mean[1][spanFloats-1])
		a.Swap()
		assert.Equal(t, b.mean, live)
	}
	assert.Panics(t, func() { NewEMA(nil, 1) })
}

// TestLookaheadBeginsWithLoadedWeights holds that weights loaded after NewLookahead are the slow ones.
func TestLookaheadBeginsWithLoadedWeights(t *testing.T) {
	p := autograd.NewParam("C", tensor.Dims(1))
	params := []*autograd.Param{p}
	l := NewLookahead(NewSGD(params, SGDOptions{}), params, LookaheadOptions{K: 2, Alpha: 0.5})
	p.Value.Data[0] = 8
	for range 2 {
		p.Grad.Data[0] = 1
		l.Step(1, 1)
	}
	assert.EqualValues(t, 7, p.Value.Data[0], "half the way from 8 to 6")
	assert.Panics(t, func() { NewLookahead(l, params, LookaheadOptions{K: 0, Alpha: 0.5}) })
	assert.Panics(t, func() { NewLookahead(l, params, LookaheadOptions{K: 1, Alpha: 1.5}) })
}

func TestSGDChecksItsOptions(t *testing.T) {
	assert.Error(t, SGDOptions{Nesterov: true}.Check())
	assert.Error(t, SGDOptions{Nesterov: true, Momentum: 0.9, Dampening: 0.1}.Check())
	assert.NoError(t, SGDOptions{Nesterov: true, Momentum: 0.9}.Check())
	assert.Panics(t, func() { NewSGD(nil, SGDOptions{Nesterov: true}) })
}
