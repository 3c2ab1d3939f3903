package checkpoint

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// weightAndCounter returns a checkpoint of a weight and a counter.
func weightAndCounter(counter int64, weights ...float32) []Entry {
	return []Entry{NewFloat32s("w", []int{len(weights)}, weights), NewInt64s("n", nil, []int64{counter})}
}

func TestMeanOfKnownFiles(t *testing.T) {
	var m Mean
	require.NoError(t, m.Add(weightAndCounter(7, 1, -3, 1e8)))
	second := weightAndCounter(5, 2, 5, 1)
	slices.Reverse(second) // another order of names is the same checkpoint
	require.NoError(t, m.Add(second))
	got := m.Entries()
	assert.Equal(t, 2, m.Models())
	assert.Equal(t, weightAndCounter(5, 1.5, 1, 50000000.5), got, "counters are those of the last")
}

// TestMeanIsRoundedOnce adds what float32 would lose: 2²⁴ and ones beside it.
func TestMeanIsRoundedOnce(t *testing.T) {
	var m Mean
	const big = 1 << 24
	for _, v := range []float32{big, 1, 1, 1, 1} {
		require.NoError(t, m.Add(weightAndCounter(0, v)))
	}
	values, err := m.Entries()[0].Float32s()
	require.NoError(t, err)
	assert.Equal(t, float32(float64(big+4)/5), values[0])
	assert.NotEqual(t, float32(big)/5, values[0])
}

func TestMeanOfHalves(t *testing.T) {
	half := Entry{Name: "w", DType: "F16", Shape: []int{1}, Data: []byte{0, 0x3c}} // 1
	var m Mean
	require.NoError(t, m.Add([]Entry{half}))
	require.NoError(t, m.Add([]Entry{NewFloat32s("w", []int{1}, []float32{2})}))
	assert.Equal(t, []Entry{NewFloat32s("w", []int{1}, []float32{1.5})}, m.Entries())
}

func TestMeanOfOtherModels(t *testing.T) {
	var m Mean
	require.NoError(t, m.Add(weightAndCounter(1, 1, 2)))
	for want, other := range map[string][]Entry{
		"w (F32 [3], want F32 [2])": weightAndCounter(1, 1, 2, 3),
		"missing: n":                weightAndCounter(1, 1, 2)[:1],
		"unexpected: x":             append(weightAndCounter(1, 1, 2), NewFloat32s("x", nil, []float32{1})),
		"w (I64 [2], want F32 [2])": {NewInt64s("w", []int{2}, []int64{1, 2}), weightAndCounter(1, 1)[1]},
	} {
		err := m.Add(other)
		assert.ErrorContains(t, err, want)
	}
	assert.Equal(t, 1, m.Models(), "what does not fit is left out")
	assert.Equal(t, weightAndCounter(1, 1, 2), m.Entries())
	strange := []Entry{{Name: "w", DType: "F8_E5M2", Shape: []int{1}, Data: []byte{0}}}
	assert.ErrorContains(t, new(Mean).Add(strange), "no mean: ")
	assert.Panics(t, func() { new(Mean).Entries() })

	var nan Mean
	require.NoError(t, nan.Add(weightAndCounter(1, float32(math.NaN()))))
	values, err := nan.Entries()[0].Float32s()
	require.NoError(t, err)
	assert.True(t, math.IsNaN(float64(values[0])), "what is not a number shows")
}
