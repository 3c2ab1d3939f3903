package kernels

func relu6MapGeneric(x, y []float32) {
	for i, v := range x {
		if v <= 0 {
			v = 0
		}
		if v > 6 {
			v = 6
		}
		y[i] = v
	}
}

func relu6GradGeneric(accumulate bool, y, dy, dx []float32) {
	for i, v := range y {
		var g float32
		if v > 0 && v < 6 {
			g = dy[i]
		}
		dx[i] = actPrior(accumulate, dx[i]) + g
	}
}
