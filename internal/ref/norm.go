package ref

import "math"

// ChannelSums returns for every column of x [rows, c] the sum, and the sum of the absolute values.
func ChannelSums(rows, c int, x []float32) (s, scale []float64) {
	return normColumns(rows, c, func(at, j int) (v, size float64) { return normProduct(x[at]) })
}

// ChannelMoments returns the sums of x - shift and of its square over each column of x [rows, c].
func ChannelMoments(rows, c int, x, shift []float32) (s1, scale1, s2, scale2 []float64) {
	s1, scale1 = normColumns(rows, c, func(at, j int) (v, size float64) {
		return float64(x[at]) - float64(shift[j]), normAbs(x[at]) + normAbs(shift[j])
	})
	s2, scale2 = normColumns(rows, c, func(at, j int) (v, size float64) {
		d, size := float64(x[at])-float64(shift[j]), normAbs(x[at])+normAbs(shift[j])
		return d * d, size * size
	})
	return s1, scale1, s2, scale2
}

// ChannelDot returns the sum over each column of x*y, both [rows, c].
func ChannelDot(rows, c int, x, y []float32) (s, scale []float64) {
	return normColumns(rows, c, func(at, j int) (v, size float64) { return normProduct(x[at], y[at]) })
}

// ChannelAffine returns x*a + b for x [rows, c], a and b [c].
func ChannelAffine(rows, c int, x, a, b []float32) (y, scale []float64) {
	return normElements(rows, c, func(at, j int) (v, size float64) {
		v, size = normProduct(x[at], a[j])
		return v + float64(b[j]), size + normAbs(b[j])
	})
}

// BatchNormGradSums returns the sums over each column of dy and of dy*(x - mean), x and dy [rows, c].
func BatchNormGradSums(rows, c int, x, dy, mean []float32) (s1, scale1, s2, scale2 []float64) {
	s1, scale1 = ChannelSums(rows, c, dy)
	s2, scale2 = normColumns(rows, c, func(at, j int) (v, size float64) {
		d, size := float64(x[at])-float64(mean[j]), normAbs(x[at])+normAbs(mean[j])
		return float64(dy[at]) * d, normAbs(dy[at]) * size
	})
	return s1, scale1, s2, scale2
}

// BatchNormGrad returns dy*a + x*b + k for x and dy [rows, c], a, b and k [c].
func BatchNormGrad(rows, c int, x, dy, a, b, k []float32) (dx, scale []float64) {
	return normElements(rows, c, func(at, j int) (v, size float64) {
		p, ps := normProduct(dy[at], a[j])
		q, qs := normProduct(x[at], b[j])
		return p + q + float64(k[j]), ps + qs + normAbs(k[j])
	})
}

// normColumns sums a term and its size over the rows, at being the element's place and j its column.
func normColumns(rows, c int, term func(at, j int) (v, size float64)) (s, scale []float64) {
	s, scale = make([]float64, c), make([]float64, c)
	for at := range rows * c {
		v, size := term(at, at%c)
		s[at%c] += v
		scale[at%c] += size
	}
	return s, scale
}

func normElements(rows, c int, term func(at, j int) (v, size float64)) (y, scale []float64) {
	y, scale = make([]float64, rows*c), make([]float64, rows*c)
	for at := range y {
		y[at], scale[at] = term(at, at%c)
	}
	return y, scale
}

// normProduct returns the product of its arguments and the product's absolute value.
func normProduct(factors ...float32) (v, size float64) {
	v = 1
	for _, f := range factors {
		v *= float64(f)
	}
	return v, math.Abs(v)
}

func normAbs(x float32) float64 { return math.Abs(float64(x)) }
