package kernels_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/internal/kerneltest"
	"tessera/internal/ref"
	"tessera/kernels"
)

// TestLayerNorm compares values with float64, in place and not, and looks at the fences. The gradients are tested with the
// operation.
func TestLayerNorm(t *testing.T) {
	const eps = 1e-3
	for _, size := range [][2]int{{0, 3}, {1, 1}, {2, 2}, {5, 31}, {3, 160}} {
		rows, c := size[0], size[1]
		guard := func(key uint64, n int) *kerneltest.Guarded { return kerneltest.Guard(kerneltest.Floats(key, n), 1) }
		x, y, gamma, beta, mean, istd := guard(1, rows*c), guard(2, rows*c), guard(3, c), guard(4, c), guard(5, rows), guard(6, rows)
		for i := range x.X {
			x.X[i] += 100 // cancellation must not hurt
		}
		kernels.LayerNorm(rows, c, eps, x.X, gamma.X, beta.X, y.X, mean.X, istd.X)
		want := ref.LayerNorm(c, eps, x.X, gamma.X, beta.X)
		for i, v := range want {
			// the mean, near 100, is rounded to float32 and enlarged by 1/σ
			tolerance := 1e-6 + 0x1p-17*math.Abs(float64(gamma.X[i%c]*istd.X[i/c]))
			assert.InDelta(t, v, y.X[i], tolerance, "%v [%d]", size, i)
		}
		for _, g := range []*kerneltest.Guarded{x, y, gamma, beta, mean, istd} {
			g.Check(t)
		}
		kernels.LayerNorm(rows, c, eps, x.X, gamma.X, beta.X, x.X, mean.X, istd.X)
		kerneltest.Equal(t, y.X, x.X)
	}
}

// layerNormChecksum is that of values and gradients on every processor.
const layerNormChecksum = "a42cd71914660eb8"

func TestLayerNormSameBits(t *testing.T) {
	const rows, c = 37, 50
	var x [9][]float32
	for i := range x {
		x[i] = kerneltest.Floats(uint64(i), rows*c)
	}
	kernels.LayerNorm(rows, c, 1e-6, x[0], x[1], x[2], x[3], x[4][:rows], x[5][:rows])
	kernels.LayerNormGrad(rows, c, false, x[0], x[6], x[1], x[4], x[5], x[7])
	kernels.LayerNormGrad(rows, c, true, x[0], x[6], x[1], x[4], x[5], x[3])
	kernels.LayerNormGradSums(rows, c, x[0], x[6], x[4], x[5], x[8], x[2])
	kernels.LayerNormGrad(rows, c, false, x[0], x[6], x[1], x[4], x[5], x[6])
	kerneltest.Equal(t, x[7], x[6]) // in place
	assert.Equal(t, layerNormChecksum, kerneltest.Checksum(x[:]...))
}
