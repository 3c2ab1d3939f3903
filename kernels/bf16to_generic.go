package kernels

import "math"

func bf16ToGeneric(x []uint16, y []float32) {
	for i, h := range x {
		y[i] = math.Float32frombits(uint32(h) << 16)
	}
}
