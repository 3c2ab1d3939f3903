package kernels_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/internal/kerneltest"
	"tessera/internal/ref"
	"tessera/kernels"
)

// rowSizes are matrices narrower, as wide and wider than the lanes.
var rowSizes = [][2]int{{1, 1}, {5, 7}, {3, 16}, {4, 33}, {2, 320}}

func TestRowScale(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, size := range rowSizes {
			rows, c := size[0], size[1]
			x, s := kerneltest.Floats(1, rows*c), kerneltest.Floats(2, rows)
			want, scale := ref.RowScale(rows, c, x, s)
			y := kerneltest.Guard(make([]float32, rows*c), 0)
			kernels.RowScale(rows, c, false, x, s, y.X)
			y.Check(t)
			kerneltest.Near(t, want, scale, 1, y.X)
			kernels.RowScale(rows, c, true, x, s, y.X)
			for i := range want {
				want[i], scale[i] = 2*want[i], 2*scale[i]
			}
			kerneltest.Near(t, want, scale, 2, y.X)
		}
	})
}

func TestRowDot(t *testing.T) {
	for _, size := range rowSizes {
		rows, c := size[0], size[1]
		x, y := kerneltest.Floats(1, rows*c), kerneltest.Floats(2, rows*c)
		want, scale := ref.RowDot(rows, c, x, y)
		s := make([]float32, rows)
		kernels.RowDot(rows, c, false, x, y, s)
		kerneltest.Near(t, want, scale, c, s)
		before := append([]float32(nil), s...)
		kernels.RowDot(rows, c, true, x, y, s)
		for i, v := range before {
			assert.InDelta(t, 2*v, s[i], 1e-6)
		}
	}
}

func TestLayerNorm(t *testing.T) {
	const eps = 1e-6
	for _, size := range rowSizes[1:] {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			rows, c := size[0], size[1]
			x, gamma, beta := kerneltest.Floats(1, rows*c), kerneltest.Floats(2, c), kerneltest.Floats(3, c)
			for i := range x {
				x[i] += 100 // a mean far from zero must not cancel
			}
			want := ref.LayerNorm(rows, c, eps, x, gamma, beta)
			y, mean, istd := make([]float32, rows*c), make([]float32, rows), make([]float32, rows)
			kernels.LayerNorm(rows, c, eps, x, gamma, beta, mean, istd, y)
			for i, v := range want {
				assert.InDelta(t, v, y[i], 2e-4)
			}
			in := append([]float32(nil), x...)
			kernels.LayerNorm(rows, c, eps, in, gamma, beta, mean, istd, in)
			kerneltest.Equal(t, y, in)
			checkLayerNormGrad(t, rows, c, eps, x, gamma, beta, mean, istd)
		})
	}
}

// checkLayerNormGrad compares sums of the gradient with slopes of the reference.
func checkLayerNormGrad(t *testing.T, rows, c int, eps float64, x, gamma, beta, mean, istd []float32) {
	t.Helper()
	dy := kerneltest.Floats(4, rows*c)
	dgamma, dbeta, dx := make([]float32, c), make([]float32, c), make([]float32, rows*c)
	kernels.LayerNormGrad(rows, c, false, x, dy, gamma, mean, istd, dgamma, dbeta, dx)
	twice := append([]float32(nil), dx...)
	kernels.LayerNormGrad(rows, c, true, x, dy, gamma, mean, istd, make([]float32, c), make([]float32, c), twice)
	kernels.LayerNormGrad(rows, c, false, x, dy, gamma, mean, istd, make([]float32, c), make([]float32, c), nil)
	const step = 1.0 / 64
	loss := func(k int, by float32) float64 {
		moved := append([]float32(nil), x...)
		moved[k] += by
		sum := 0.0
		for i, v := range ref.LayerNorm(rows, c, eps, moved, gamma, beta) {
			sum += v * float64(dy[i])
		}
		return sum
	}
	for k := range x {
		assert.InDelta(t, (loss(k, step)-loss(k, -step))/(2*step), dx[k], 5e-3)
		assert.InDelta(t, 2*dx[k], twice[k], 1e-5)
	}
}
