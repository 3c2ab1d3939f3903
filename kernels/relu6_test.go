package kernels_test

import (
	"math"
	"testing"

	"tessera/internal/kerneltest"
	"tessera/internal/ref"
	"tessera/kernels"
)

var relu6Kernels = []elementwise{
	{"ReLU6", 2, func(x [][]float32) { kernels.ReLU6(x[0], x[1]) }, unary(ref.ReLU6), 0, "9ab4d396a16d1a54"},
	{"ReLU6Grad", 3, func(x [][]float32) { kernels.ReLU6Grad(false, x[0], x[1], x[2]) },
		binary(ref.ReLU6Grad), 0, "fcc1b2177280628c"},
	{"ReLU6Grad+", 3, func(x [][]float32) { kernels.ReLU6Grad(true, x[0], x[1], x[2]) },
		accumulated(ref.ReLU6Grad), 1, "2a06509611b27ae3"},
}

func TestReLU6(t *testing.T)      { testElementwise(t, relu6Kernels) }
func BenchmarkReLU6(b *testing.B) { benchmarkElementwise(b, relu6Kernels) }

// TestReLU6AtItsBounds looks at the kinks, at what lies beyond, and at NaN.
func TestReLU6AtItsBounds(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	below, above := math.Nextafter32(6, 0), math.Nextafter32(6, 7)
	kerneltest.EachISA(t, func(t *testing.T) {
		x := []float32{-1, float32(math.Copysign(0, -1)), 0, 1e-45, below, 6, above, inf, -inf, nan}
		y, dx := make([]float32, len(x)), make([]float32, len(x))
		kernels.ReLU6(x, y)
		kerneltest.Equal(t, []float32{0, 0, 0, 1e-45, below, 6, 6, 6, 0, nan}, y)
		dy := []float32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
		for _, from := range [][]float32{x, y} {
			kernels.ReLU6Grad(false, from, dy, dx)
			kerneltest.Equal(t, []float32{0, 0, 0, 4, 5, 0, 0, 0, 0, 0}, dx)
		}
		kernels.ReLU6(x, x)
		kerneltest.Equal(t, y, x)
	})
}
