package tensor_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/tensor"
)

func TestWordsAreTheFloatsBits(t *testing.T) {
	x := []float32{1, -2, 0}
	words := tensor.Words(x)
	assert.Equal(t, []uint32{math.Float32bits(1), math.Float32bits(-2), 0}, words)
	words[2] = math.Float32bits(7)
	assert.Equal(t, float32(7), x[2])
	assert.Empty(t, tensor.Words(nil))
}
