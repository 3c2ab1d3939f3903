package metric

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestBootstrap(t *testing.T) {
	const n = 400
	values := make([]float64, n)
	for i := range values {
		values[i] = float64(i % 2) // a deviation of 0.5, so that the mean's is 0.025
	}
	mean := func(which []int) float64 {
		sum := 0.0
		for _, i := range which {
			sum += values[i]
		}
		return sum / n
	}
	low, high := Bootstrap(n, 2000, mean)
	assert.InDelta(t, 0.5-1.96*0.025, low, 0.006)
	assert.InDelta(t, 0.5+1.96*0.025, high, 0.006)
	again, _ := Bootstrap(n, 2000, mean)
	assert.Equal(t, low, again)

	calls := 0
	low, high = Bootstrap(1, 1001, func([]int) float64 { // every whole number below 1001 once
		calls++
		return float64(calls * 10 % 1001)
	})
	assert.Equal(t, []float64{25, 975}, []float64{low, high})
	calls = 0
	low, high = Bootstrap(3, 40, func([]int) float64 { // every other draw says nothing
		if calls++; calls%2 == 0 {
			return math.NaN()
		}
		return float64(calls)
	})
	assert.Equal(t, []float64{1, 39}, []float64{low, high})
	low, high = Bootstrap(3, 4, func([]int) float64 { return math.NaN() })
	assert.True(t, math.IsNaN(low) && math.IsNaN(high))
}
