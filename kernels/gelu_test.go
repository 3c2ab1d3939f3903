package kernels_test

import (
	"testing"

	"tessera/internal/kerneltest"
	"tessera/internal/ref"
	"tessera/kernels"
)

var geluKernels = []elementwise{
	{"GELU", 2, func(x [][]float32) { kernels.GELU(x[0], x[1]) }, unary(ref.GELU), 6, "17d163cf2e3f1a88"},
	{"GELUGrad", 3, func(x [][]float32) { kernels.GELUGrad(false, x[0], x[1], x[2]) }, binary(ref.GELUGrad), 8, "238d56bda7ec1b5f"},
	{"GELUGrad+", 3, func(x [][]float32) { kernels.GELUGrad(true, x[0], x[1], x[2]) }, accumulated(ref.GELUGrad), 9, "a5f6648bafe7bd41"},
}

func TestGELU(t *testing.T)      { testElementwise(t, geluKernels) }
func BenchmarkGELU(b *testing.B) { benchmarkElementwise(b, geluKernels) }

// TestGELUAccuracy looks at floats of every size, in place.
func TestGELUAccuracy(t *testing.T) {
	x := every(4001, -20, 20)
	one := make([]float32, len(x))
	kernels.Fill(1, one)
	var want, wantGrad, scale, scaleGrad []float64
	for _, v := range x {
		y, s := ref.GELU(float64(v))
		want, scale = append(want, y), append(scale, s)
		y, s = ref.GELUGrad(float64(v), 1)
		wantGrad, scaleGrad = append(wantGrad, y), append(scaleGrad, s)
	}
	kernels.GELUGrad(false, x, one, one)
	kernels.GELU(x, x)
	kerneltest.Near(t, want, scale, 4, x)
	kerneltest.Near(t, wantGrad, scaleGrad, 6, one)
}
