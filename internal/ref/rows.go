package ref

import "math"

// RowScale returns the rows of x [rows, c] multiplied by their factors s [rows].
func RowScale(rows, c int, x, s []float32) (y, scale []float64) {
	return normElements(rows, c, func(at, j int) (v, size float64) { return normProduct(x[at], s[at/c]) })
}

// RowDot returns the sums of the products of the rows of x and y [rows, c].
func RowDot(rows, c int, x, y []float32) (s, scale []float64) {
	s, scale = make([]float64, rows), make([]float64, rows)
	for i := range rows * c {
		v, size := normProduct(x[i], y[i])
		s[i/c] += v
		scale[i/c] += size
	}
	return s, scale
}

// GroupNorm normalises groups of neighbouring columns of each of n images x [n, pixels, c] and applies scale and shift [c].
func GroupNorm(n, pixels, c, groups int, eps float64, x, gamma, beta []float32) []float64 {
	y, size := make([]float64, len(x)), c/groups
	for image := range n {
		for g := range groups {
			each := func(visit func(at, j int)) {
				for i := range pixels * size {
					j := g*size + i%size
					visit((image*pixels+i/size)*c+j, j)
				}
			}
			mean, variance, count := 0.0, 0.0, float64(pixels*size)
			each(func(at, _ int) { mean += float64(x[at]) / count })
			each(func(at, _ int) { variance += (float64(x[at]) - mean) * (float64(x[at]) - mean) / count })
			each(func(at, j int) {
				y[at] = (float64(x[at])-mean)/math.Sqrt(variance+eps)*float64(gamma[j]) + float64(beta[j])
			})
		}
	}
	return y
}

// LayerNorm normalises every row of x [rows, c] and applies scale and shift [c].
func LayerNorm(rows, c int, eps float64, x, gamma, beta []float32) []float64 {
	return GroupNorm(rows, 1, c, 1, eps, x, gamma, beta)
}
