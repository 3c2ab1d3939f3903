package kernels

func channelAffineGeneric(rows, c int, _ bool, x, a, b, y []float32) {
	for i := range rows {
		y := y[i*c:][:c]
		for j, v := range x[i*c:][:c] {
			y[j] = float32(v*a[j]) + b[j]
		}
	}
}

func channelAffineReLUGeneric(rows, c int, _ bool, x, a, b, y []float32) {
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

func channelAffineSiLUGeneric(rows, c int, _ bool, x, a, b, y []float32) {
	for i := range rows {
		y := y[i*c:][:c]
		for j, v := range x[i*c:][:c] {
			v = float32(v*a[j]) + b[j]
			y[j] = v * actSigmoidOf(v)
		}
	}
}

func channelScaleGeneric(rows, c int, _ bool, x, a, y []float32) {
	for i := range rows {
		y := y[i*c:][:c]
		for j, v := range x[i*c:][:c] {
			y[j] = v * a[j]
		}
	}
}

func channelAffineReLUGradGeneric(rows, c int, x, a, b, dy, dx []float32) {
	for i := range rows {
		dy, dx := dy[i*c:][:c], dx[i*c:][:c]
		for j, v := range x[i*c:][:c] {
			var g float32
			if float32(v*a[j])+b[j] > 0 {
				g = dy[j]
			}
			dx[j] = 0 + g // -0 becomes 0, as in ReLUGrad
		}
	}
}

func channelAffineSiLUGradGeneric(rows, c int, x, a, b, dy, dx []float32) {
	for i := range rows {
		dy, dx := dy[i*c:][:c], dx[i*c:][:c]
		for j, v := range x[i*c:][:c] {
			v = float32(v*a[j]) + b[j]
			s := actSigmoidOf(v)
			slope := float32(s * (1 + float32(v*(1-s))))
			dx[j] = 0 + float32(dy[j]*slope)
		}
	}
}

func batchNormGradGeneric(rows, c int, _ bool, x, dy, a, b, k, dx []float32) {
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
