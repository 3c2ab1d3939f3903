package kernels

func bytesSumGeneric(x []uint8) (sum uint64) {
	for _, v := range x {
		sum += uint64(v)
	}
	return sum
}

func bytesAddGeneric(x, y []uint8) {
	for i, v := range x {
		y[i] += min(v, 255-y[i])
	}
}
