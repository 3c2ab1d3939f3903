package kernels

func channelSumsGeneric(rows, c int, x, s []float32) {
	for i := range rows {
		for j, v := range x[i*c:][:c] {
			s[j] += v
		}
	}
}

func channelMomentsGeneric(rows, c int, x, shift, s1, s2 []float32) {
	for i := range rows {
		for j, v := range x[i*c:][:c] {
			d := v - shift[j]
			s1[j] += d
			s2[j] += float32(d * d)
		}
	}
}

func channelDotGeneric(rows, c int, x, y, s []float32) {
	for i := range rows {
		y := y[i*c:][:c]
		for j, v := range x[i*c:][:c] {
			s[j] += float32(v * y[j])
		}
	}
}

func channelMulAddGeneric(rows, c int, x, a, y []float32) {
	for i := range rows {
		y := y[i*c:][:c]
		for j, v := range x[i*c:][:c] {
			y[j] += float32(v * a[j])
		}
	}
}

func channelAddGeneric(rows, c int, a, y []float32) {
	for i := range rows {
		y := y[i*c:][:c]
		for j, v := range a {
			y[j] += v
		}
	}
}

func batchNormGradSumsGeneric(rows, c int, x, dy, mean, s1, s2 []float32) {
	for i := range rows {
		x := x[i*c:][:c]
		for j, g := range dy[i*c:][:c] {
			s1[j] += g
			s2[j] += float32(g * (x[j] - mean[j]))
		}
	}
}
