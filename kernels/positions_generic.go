package kernels

func projectPointsGeneric(m *[9]float64, x, y []float64) {
	a := *m
	y = y[:len(x)]
	for i, u := range x {
		v := y[i]
		over := 1 / (float64(a[6]*u) + float64(a[7]*v) + a[8])
		x[i] = (float64(a[0]*u) + float64(a[1]*v) + a[2]) * over
		y[i] = (float64(a[3]*u) + float64(a[4]*v) + a[5]) * over
	}
}

func placesOfGeneric(x []float64, p []int32) {
	const up = 1 << 31 // makes all positive, so that cutting off rounds down
	p = p[:len(x)]
	for i, v := range x {
		switch {
		case !(v > -farPlace):
			p[i] = -farPlace * 256
		case v >= farPlace:
			p[i] = farPlace * 256
		default:
			p[i] = int32(int64(float64(v*256)+(up-128+0.5)) - up)
		}
	}
}
