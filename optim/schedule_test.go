package optim

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/internal/golden"
)

func TestCosineAgreesWithPyTorch(t *testing.T) {
	var file golden.Optim
	golden.Load(t, "optim.json", &file)
	assert.NotEmpty(t, file.Schedules)
	for _, c := range file.Schedules {
		s := Cosine(c.LR, c.MinLR, c.Steps)
		for step, want := range c.Rates {
			assert.InDelta(t, want, s(step), 1e-17+1e-14*c.LR, "step %d", step)
		}
		assert.Equal(t, c.MinLR, s(c.Steps))
		assert.Equal(t, c.MinLR, s(c.Steps+100), "it stays there")
	}
	assert.Equal(t, 0.25, Cosine(1, 0.25, 0)(0), "a run of no steps is at its end")
}

func TestConstant(t *testing.T) {
	assert.Equal(t, 0.3, Constant(0.3)(0))
	assert.Equal(t, 0.3, Constant(0.3)(1000))
}

func TestWarmup(t *testing.T) {
	s := Warmup(4, Cosine(1, 0, 2))
	want := []float64{0.25, 0.5, 0.75, 1, 1, 0.5, 0, 0}
	for step, rate := range want {
		assert.InDelta(t, rate, s(step), 1e-15, "step %d", step)
	}
	assert.Equal(t, 1.0, Warmup(0, Constant(1))(0), "no warm-up")
}

func TestCosPi(t *testing.T) {
	const n = 100000
	worst := 0.0
	for i := range n + 1 {
		x := float64(i) / n
		diff := math.Abs(cosPi(x) - math.Cos(math.Pi*x))
		assert.False(t, math.IsNaN(diff))
		worst = max(worst, diff)
	}
	assert.LessOrEqual(t, worst, 1e-15)
	for x, want := range map[float64]float64{0: 1, 0.5: 0, 1: -1} {
		assert.Equal(t, want, cosPi(x), x)
	}
}
