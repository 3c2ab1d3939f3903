package augment

import "math"

// eigen returns the eigenvalues of a symmetric matrix, the largest first, and its eigenvectors as columns, each with
// its largest part positive, by Jacobi's method. m is overwritten.
func eigen(m [][]float64) (values []float64, vectors [][]float64) {
	n := len(m)
	vectors = make([][]float64, n)
	for i := range vectors {
		vectors[i] = make([]float64, n)
		vectors[i][i] = 1
	}
	for range 30 { // sweeps; it converges quadratically
		for p := range n {
			for q := p + 1; q < n; q++ {
				if m[p][q] != 0 {
					rotate(m, vectors, p, q)
				}
			}
		}
	}
	values = make([]float64, n)
	for i := range values {
		values[i] = m[i][i]
	}
	for i := range values {
		for j := i + 1; j < n; j++ {
			if values[j] > values[i] {
				values[i], values[j] = values[j], values[i]
				for _, row := range vectors {
					row[i], row[j] = row[j], row[i]
				}
			}
		}
		orient(vectors, i)
	}
	return values, vectors
}

// rotate makes m[p][q] zero by a rotation in that plane.
func rotate(m, vectors [][]float64, p, q int) {
	theta := (m[q][q] - m[p][p]) / (2 * m[p][q])
	t := 1 / (math.Abs(theta) + math.Sqrt(float64(theta*theta)+1))
	if theta < 0 {
		t = -t
	}
	c := 1 / math.Sqrt(float64(t*t)+1)
	s := t * c
	turn := func(a, b *float64) {
		x, y := *a, *b
		*a, *b = float64(c*x)-float64(s*y), float64(s*x)+float64(c*y)
	}
	for _, row := range m {
		turn(&row[p], &row[q])
	}
	for k := range m {
		turn(&m[p][k], &m[q][k])
	}
	for _, row := range vectors {
		turn(&row[p], &row[q])
	}
	m[p][q], m[q][p] = 0, 0
}

// orient makes the largest part of a column positive.
func orient(vectors [][]float64, column int) {
	largest := 0.0
	for _, row := range vectors {
		if v := row[column]; math.Abs(v) > math.Abs(largest) {
			largest = v
		}
	}
	if largest < 0 {
		for _, row := range vectors {
			row[column] = -row[column]
		}
	}
}
