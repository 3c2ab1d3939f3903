package kernels

import "math"

func bfloatFromGeneric(x []float32, y []uint16) {
	for i, v := range x {
		y[i] = bf16Of(v)
	}
}

func bfloatToGeneric(x []uint16, y []float32) {
	for i, h := range x {
		y[i] = math.Float32frombits(uint32(h) << 16)
	}
}
