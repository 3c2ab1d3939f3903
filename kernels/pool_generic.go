package kernels

func poolMaxGeneric(rows, c int, x, y []float32) {
	for i := range rows {
		for j, v := range x[i*c:][:c] {
			if v > y[j] || v != v {
				y[j] = v
			}
		}
	}
}
