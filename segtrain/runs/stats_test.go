package runs

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The values are those of scipy.stats.t.
func TestStudent(t *testing.T) {
	for _, c := range tails {
		assert.InDelta(t, c.p, tTail(c.t, c.df), 1e-12, "t %v, df %v", c.t, c.df)
		assert.InDelta(t, c.t, tQuantile(c.p, c.df), 1e-9)
	}
	assert.InDelta(t, 1, tTail(0, 3), 1e-12)
	assert.Zero(t, tTail(math.Inf(1), 3))
}

func TestSignFlip(t *testing.T) {
	assert.Equal(t, 0.25, signFlip([]float64{1, 2, 3}), "2 of 8")
	assert.Equal(t, 1.0, signFlip([]float64{0, 0}))
	assert.Equal(t, 0.75, signFlip([]float64{3, -1, 0.5}), "|sum| ≥ 2.5: 6 of 8")
	assert.True(t, math.IsNaN(signFlip(make([]float64, maxFlips+1))))
}

var tails = []struct{ t, df, p float64 }{
	{0.5, 1, 0.7048327646991335}, {2, 2, 0.18350341907227397}, {2.5, 4, 0.06676654481198814}, {1, 9, 0.3434363961379136},
	{4.3, 30, 0.00016645097482126785}, {12.706204736174705, 1, 0.05}, {4.302652729749464, 2, 0.05},
	{2.7764451051977943, 4, 0.05}, {2.2621571627982053, 9, 0.05}, {1.983971518523552, 100, 0.05},
}
