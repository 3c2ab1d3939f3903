package kernels

// GlobalAverage computes the average y [c] over the pixels of one image x [pixels, c]: their sum in order, divided by
// their number.
func GlobalAverage(pixels, c int, x, y []float32) {
	y = y[:c]
	clear(y)
	channelSums.fn(pixels, c, x[:pixels*c], y)
	poolDivide(y, y, float32(pixels))
}

// GlobalAverageGrad adds the gradient of GlobalAverage, dy [c] / pixels, to every pixel of dx [pixels, c]; without
// accumulate dx starts from zero. It needs scratch [c].
func GlobalAverageGrad(pixels, c int, accumulate bool, dy, dx, scratch []float32) {
	dx, scratch = dx[:pixels*c], scratch[:c]
	poolDivide(dy[:c], scratch, float32(pixels))
	if !accumulate {
		clear(dx)
	}
	channelAdd.fn(pixels, c, scratch, dx)
}

// AdaptiveAverage computes y [oh, ow, c] from one image x [ih, iw, c]: output i of n averages the inputs from
// i*size/n, rounded down, to (i+1)*size/n, rounded up, along both axes, row by row.
func AdaptiveAverage(ih, iw, oh, ow, c int, x, y []float32) {
	x, y = x[:ih*iw*c], y[:oh*ow*c]
	for out := range oh * ow {
		y := y[out*c:][:c]
		y0, rows := poolShare(out/ow, oh, ih)
		x0, cols := poolShare(out%ow, ow, iw)
		clear(y)
		for r := range rows {
			channelSums.fn(cols, c, x[((y0+r)*iw+x0)*c:], y)
		}
		poolDivide(y, y, float32(rows*cols))
	}
}

// AdaptiveAverageGrad adds the gradient dy [oh, ow, c] of AdaptiveAverage to dx [ih, iw, c], output after output;
// without accumulate dx starts from zero. It needs scratch [c].
func AdaptiveAverageGrad(ih, iw, oh, ow, c int, accumulate bool, dy, dx, scratch []float32) {
	dy, dx, scratch = dy[:oh*ow*c], dx[:ih*iw*c], scratch[:c]
	if !accumulate {
		clear(dx)
	}
	for out := range oh * ow {
		y0, rows := poolShare(out/ow, oh, ih)
		x0, cols := poolShare(out%ow, ow, iw)
		poolDivide(dy[out*c:][:c], scratch, float32(rows*cols))
		for r := range rows {
			channelAdd.fn(cols, c, scratch, dx[((y0+r)*iw+x0)*c:])
		}
	}
}

// poolShare returns the first of the inputs that output i of n averages, and how many they are.
func poolShare(i, n, size int) (first, count int) {
	first = i * size / n
	return first, dwCeilDiv((i+1)*size, n) - first
}
