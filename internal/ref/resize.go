package ref

import "math"

// Nearest returns the matrix [oh*ow, ih*iw] of nearest-neighbour resizing.
func Nearest(ih, iw, oh, ow int) []float64 {
	return resizeMatrix(ih, iw, oh, ow, func(out, in, n, size int) float64 {
		if math.Floor(float64(out*size)/float64(n)) == float64(in) {
			return 1
		}
		return 0
	})
}

// Bilinear returns the matrix [oh*ow, ih*iw] of bilinear resizing, and one that is 1 wherever an output's place,
// give or take some rounding, is no further from an input than the next input.
func Bilinear(ih, iw, oh, ow int, alignCorners bool) (matrix, near []float64) {
	distance := func(out, in, n, size int) float64 {
		at := (float64(out)+0.5)*float64(size)/float64(n) - 0.5
		if alignCorners {
			at = float64(out) * float64(size-1) / math.Max(1, float64(n-1))
		}
		return math.Abs(min(max(at, 0), float64(size-1)) - float64(in))
	}
	matrix = resizeMatrix(ih, iw, oh, ow, func(out, in, n, size int) float64 {
		return max(0, 1-distance(out, in, n, size))
	})
	near = resizeMatrix(ih, iw, oh, ow, func(out, in, n, size int) float64 {
		if distance(out, in, n, size) < 1.001 {
			return 1
		}
		return 0
	})
	return matrix, near
}

// resizeMatrix makes a matrix of the weights along both axes.
func resizeMatrix(ih, iw, oh, ow int, weight func(out, in, n, size int) float64) []float64 {
	matrix := make([]float64, oh*ow*ih*iw)
	for i := range matrix {
		to, from := i/(ih*iw), i%(ih*iw)
		matrix[i] = weight(to/ow, from/iw, oh, ih) * weight(to%ow, from%iw, ow, iw)
	}
	return matrix
}
