package kernels

func bytesTableGeneric(t *[256]uint8, x, y []uint8) {
	for i, v := range x {
		y[i] = t[v]
	}
}

func bytesExchangeGeneric(x, y []uint8) {
	for i, v := range x {
		x[i], y[i] = min(v, y[i]), max(v, y[i])
	}
}

func bytesTapsGeneric(shift int, w []int16, x [][]uint8, y []uint8) {
	bytesTapsFrom(0, shift, w, x, y)
}

// bytesTapsFrom computes y from index first on.
func bytesTapsFrom(first, shift int, w []int16, x [][]uint8, y []uint8) {
	for i := first; i < len(y); i++ {
		sum := int32(1) << (shift - 1)
		for k, f := range w {
			sum += int32(f) * int32(x[k][i])
		}
		y[i] = uint8(min(max(sum>>shift, 0), 255))
	}
}

func bytesToFloatGeneric(x []uint8, y []float32) {
	for i, v := range x {
		y[i] = float32(v) / 255
	}
}

func bytesOfFloatGeneric(x []float32, y []uint8) {
	for i, v := range x {
		y[i] = 0
		if v > 0 {
			y[i] = uint8(float32(min(v, 1)*255) + 0.5)
		}
	}
}
