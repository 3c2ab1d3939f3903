package ref

import (
	"math"

	"tessera/kernels"
)

// MaxPool returns the maxima y [n, OH, OW, c] over the windows of x [n, IH, IW, c], and where in x each first occurs.
func MaxPool(n, c int, w kernels.Window, x []float32) (y []float64, where []int) {
	y, where = make([]float64, n*w.OH()*w.OW()*c), make([]int, n*w.OH()*w.OW()*c)
	for i := range y {
		y[i], where[i] = math.Inf(-1), -1
	}
	eachTap(n, w, func(out, in, tap int) {
		for j := range c {
			if v := float64(x[in*c+j]); where[out*c+j] < 0 || v > y[out*c+j] {
				y[out*c+j], where[out*c+j] = v, in*c+j
			}
		}
	})
	return y, where
}

// MaxPoolGrad returns the gradient of MaxPool's x for that of its output, dy.
func MaxPoolGrad(n, c int, w kernels.Window, x, dy []float32) (dx, scale []float64) {
	dx, scale = make([]float64, len(x)), make([]float64, len(x))
	_, where := MaxPool(n, c, w, x)
	for i, at := range where {
		if at >= 0 {
			dx[at] += float64(dy[i])
			scale[at] += normAbs(dy[i])
		}
	}
	return dx, scale
}

// AveragePool returns the averages over the windows of x; pixels of the padding are counted only if countPadding.
func AveragePool(n, c int, w kernels.Window, countPadding bool, x []float32) (y, scale []float64) {
	counts := poolCounts(n, w, countPadding)
	return dwSum(n*w.OH()*w.OW()*c, n, c, w, func(out, in, tap int) (at int, v float64) {
		return out, float64(x[in]) / counts[out/c]
	})
}

// AveragePoolGrad returns the gradient of AveragePool's x for that of its output, dy.
func AveragePoolGrad(n, c int, w kernels.Window, countPadding bool, dy []float32) (dx, scale []float64) {
	counts := poolCounts(n, w, countPadding)
	return dwSum(n*w.IH*w.IW*c, n, c, w, func(out, in, tap int) (at int, v float64) {
		return in, float64(dy[out]) / counts[out/c]
	})
}

func poolCounts(n int, w kernels.Window, countPadding bool) []float64 {
	counts := make([]float64, n*w.OH()*w.OW())
	eachTap(n, w, func(out, in, tap int) { counts[out]++ })
	if countPadding {
		for i := range counts {
			counts[i] = float64(w.KH * w.KW)
		}
	}
	return counts
}

// AdaptiveAverage returns the averages y [oh, ow, c] over shares of x [ih, iw, c], and the matrix [oh*ow, ih*iw] that
// makes them.
func AdaptiveAverage(ih, iw, oh, ow, c int, x []float32) (y, scale, matrix []float64) {
	matrix = make([]float64, oh*ow*ih*iw)
	for i := range matrix {
		oy, ox, iy, ix := i/(ih*iw)/ow, i/(ih*iw)%ow, i%(ih*iw)/iw, i%iw
		y0, y1 := math.Floor(float64(oy*ih)/float64(oh)), math.Ceil(float64((oy+1)*ih)/float64(oh))
		x0, x1 := math.Floor(float64(ox*iw)/float64(ow)), math.Ceil(float64((ox+1)*iw)/float64(ow))
		if v, h := float64(iy), float64(ix); v >= y0 && v < y1 && h >= x0 && h < x1 {
			matrix[i] = 1 / ((y1 - y0) * (x1 - x0))
		}
	}
	y, scale = Matrix(oh*ow, ih*iw, c, matrix, x)
	return y, scale, matrix
}

// Matrix returns the product of a matrix [m, k] with x [k, c].
func Matrix(m, k, c int, matrix []float64, x []float32) (y, scale []float64) {
	y, scale = make([]float64, m*c), make([]float64, m*c)
	for i := range m * k * c {
		to, from, j := i/(k*c), i/c%k, i%c
		v := matrix[to*k+from] * float64(x[from*c+j])
		y[to*c+j] += v
		scale[to*c+j] += math.Abs(v)
	}
	return y, scale
}

// Transposed returns the transpose [k, m] of a matrix [m, k].
func Transposed(m, k int, matrix []float64) []float64 {
	t := make([]float64, m*k)
	for i, v := range matrix {
		t[i%k*m+i/k] = v
	}
	return t
}
