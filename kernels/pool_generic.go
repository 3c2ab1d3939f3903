package kernels

// poolMaxGeneric takes the maximum of y [c] and every row of x [rows, c]: the earlier of equals, and NaN for good.
func poolMaxGeneric(rows, c int, x, y []float32) {
	for i := range rows {
		for j, v := range x[i*c:][:c] {
			if v > y[j] || v != v {
				y[j] = v
			}
		}
	}
}

// poolMaxGradGeneric adds rest [c] to dx [rows, c] in the first row where x [rows, c] equals y [c], and zero in the
// others. What has been added is gone from rest.
func poolMaxGradGeneric(rows, c int, x, y, rest, dx []float32) {
	for i := range rows {
		dx := dx[i*c:][:c]
		for j, v := range x[i*c:][:c] {
			var g float32
			if v == y[j] {
				g, rest[j] = rest[j], 0
			}
			dx[j] += g
		}
	}
}
