package kernels

func updateLerpGeneric(a float32, x, y []float32) {
	for i := range x {
		y[i] += float32(a * (x[i] - y[i]))
	}
}

func updateClampGeneric(limit float32, x []float32) {
	for i, v := range x {
		if v > limit {
			x[i] = limit
		} else if v < -limit {
			x[i] = -limit
		}
	}
}
