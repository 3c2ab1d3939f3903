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

func channelAffineGeneric(rows, c int, x, a, b, y []float32) {
	for i := range rows {
		y := y[i*c:][:c]
		for j, v := range x[i*c:][:c] {
			y[j] = float32(v*a[j]) + b[j]
		}
	}
}

func channelAffineReLUGeneric(rows, c int, x, a, b, y []float32) {
	for i := range rows {
		y := y[i*c:][:c]
		for j, v := range x[i*c:][:c] {
			v = float32(v*a[j]) + b[j]
			if v <= 0 {
				v = 0
			}
			y[j] = v
		}
	}
}

func channelScaleGeneric(rows, c int, x, a, y []float32) {
	for i := range rows {
		y := y[i*c:][:c]
		for j, v := range x[i*c:][:c] {
			y[j] = v * a[j]
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

func batchNormGradGeneric(rows, c int, x, dy, a, b, k, dx []float32) {
	for i := range rows {
		x, dx := x[i*c:][:c], dx[i*c:][:c]
		for j, g := range dy[i*c:][:c] {
			dx[j] = float32(g*a[j]) + float32(x[j]*b[j]) + k[j]
		}
	}
}

func batchNormGradAddGeneric(rows, c int, x, dy, a, b, k, dx []float32) {
	for i := range rows {
		x, dx := x[i*c:][:c], dx[i*c:][:c]
		for j, g := range dy[i*c:][:c] {
			dx[j] += float32(g*a[j]) + float32(x[j]*b[j]) + k[j]
		}
	}
}
