package kernels_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/kernels"
)

func TestReal(t *testing.T) {
	near := func(want, got, tolerance float64, what string, x float64) {
		t.Helper()
		if !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
			assert.Failf(t, what, "of %v is %v, want %v", x, got, want)
		}
	}
	for i := -4000; i <= 4000; i++ {
		x := float64(i) / 13
		near(math.Exp(x), kernels.Exp64(x), 5e-16, "Exp64", x)
		near(math.Log(math.Exp2(x)), kernels.Log64(math.Exp2(x)), 5e-16, "Log64", math.Exp2(x))
		near(math.Log(1+x*1e-6), kernels.Log64(1+x*1e-6), 5e-16, "Log64", 1+x*1e-6)
		near(math.Pow(float64(i+4001), 0.75), kernels.Pow64(float64(i+4001), 0.75), 1e-13, "Pow64", x)
	}
	for _, x := range []float64{0x1p-1022, math.Sqrt2 / 2, 0.9999999, 1.0000001, math.MaxFloat64} {
		near(math.Log(x), kernels.Log64(x), 5e-16, "Log64", x)
	}
	near(-1074*math.Ln2, kernels.Log64(0x1p-1074), 5e-16, "Log64", 0x1p-1074)
	inf, nan := math.Inf(1), math.NaN()
	assert.Equal(t, []float64{0, inf, -inf, 0}, []float64{kernels.Log64(1), kernels.Log64(inf), kernels.Log64(0), kernels.Exp64(-inf)})
	assert.Equal(t, []float64{1, inf, 0, 1, 3}, []float64{kernels.Exp64(0), kernels.Exp64(inf), kernels.Pow64(0, 0.5),
		kernels.Pow64(0, 0), kernels.Pow64(3, 1)})
	for _, x := range []float64{kernels.Log64(nan), kernels.Log64(-1), kernels.Exp64(nan), kernels.Pow64(nan, 2)} {
		assert.True(t, math.IsNaN(x))
	}
}
