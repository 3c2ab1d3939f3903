package autograd_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/autograd"
	"tessera/tensor"
)

func TestSteadyTapesDropNothing(t *testing.T) {
	tape := autograd.NewTape(autograd.Training)
	tape.Steady = true
	x := tape.Input(tensor.Dims(2, 1, 1, 3))
	assert.Same(t, x, autograd.DropConnect(tape, x, 0.5))
	assert.Same(t, x, autograd.Dropout(tape, x, 0.5))
	assert.Same(t, x, autograd.DropChannels(tape, x, 0.5))
}

func TestTapeUses(t *testing.T) {
	tape := autograd.NewTape(autograd.Training)
	p, other := autograd.NewParam("C", tensor.Dims(3)), autograd.NewParam("C", tensor.Dims(3))
	tape.Param(p)
	assert.True(t, tape.Uses(p))
	assert.False(t, tape.Uses(other))
}
