package ref

// MatMul returns, for each of n images, the product of a [p, k] with b [k, m], or with the transpose of b [m, k].
func MatMul(n, p, k, m int, transposed bool, a, b []float32) []float64 {
	y := make([]float64, n*p*m)
	for i := range y {
		image, row, column := i/(p*m), i/m%p, i%m
		for j := range k {
			at := j*m + column
			if transposed {
				at = column*k + j
			}
			y[i] += float64(a[(image*p+row)*k+j]) * float64(b[image*k*m+at])
		}
	}
	return y
}
