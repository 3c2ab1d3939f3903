package optim

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPower(t *testing.T) {
	for _, x := range []float64{0.9, 0.999, 1, 0} {
		for _, n := range []int64{0, 1, 2, 3, 10, 1000, 123457} {
			want := math.Pow(x, float64(n))
			assert.InDelta(t, want, power(x, n), 1e-12*want+1e-300, "%v to the %d", x, n)
		}
	}
}

func TestPow(t *testing.T) {
	for _, x := range []float64{0, 1e-300, 1e-9, 0.1, 0.7071, 0.96, 1, 1.5, 3, 1e200} {
		for _, y := range []float64{0, 1e-3, 0.5, 0.9, 1, 2, 3.75} {
			want := math.Pow(x, y)
			if math.IsInf(want, 0) {
				continue
			}
			assert.InDelta(t, want, pow(x, y), 1e-12*want+1e-300, "%v to the %v", x, y)
		}
	}
	assert.Zero(t, pow(1e-300, 3), "too small for a float64")
}

func TestExpAndLog(t *testing.T) {
	for i := -3000; i <= 3000; i++ {
		x := float64(i) / 100
		assert.InEpsilon(t, math.Exp(x), exp(x), 1e-15, "exp %v", x)
		assert.InDelta(t, x, log(exp(x)), 1e-14*(1+math.Abs(x)), "log of exp %v", x)
	}
}
