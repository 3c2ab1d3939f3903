package kernels

import "math"

// bf16Wide returns a bfloat16 number as a float32.
func bf16Wide(x uint16) float32 { return math.Float32frombits(uint32(x) << 16) }

func channel16AffineGeneric(rows, c int, _ bool, x []uint16, a, b []float32, y []uint16) {
	for i := range rows {
		y := y[i*c:][:c]
		for j, v := range x[i*c:][:c] {
			y[j] = narrow16Of(float32(bf16Wide(v)*a[j]) + b[j])
		}
	}
}

func channel16ReLUGeneric(rows, c int, _ bool, x []uint16, a, b []float32, y []uint16) {
	for i := range rows {
		y := y[i*c:][:c]
		for j, v := range x[i*c:][:c] {
			z := float32(bf16Wide(v)*a[j]) + b[j]
			if z <= 0 {
				z = 0
			}
			y[j] = narrow16Of(z)
		}
	}
}

func channel16SiLUGeneric(rows, c int, _ bool, x []uint16, a, b []float32, y []uint16) {
	for i := range rows {
		y := y[i*c:][:c]
		for j, v := range x[i*c:][:c] {
			z := float32(bf16Wide(v)*a[j]) + b[j]
			y[j] = narrow16Of(z * sigmoid16Of(z))
		}
	}
}

func channel16ScaleGeneric(rows, c int, x []uint16, a []float32, y []uint16) {
	for i := range rows {
		y := y[i*c:][:c]
		for j, v := range x[i*c:][:c] {
			y[j] = narrow16Of(bf16Wide(v) * a[j])
		}
	}
}

func channel16GradGeneric(rows, c int, _ bool, x, dy []uint16, a, b, k []float32, dx []uint16) {
	for i := range rows {
		x, dx := x[i*c:][:c], dx[i*c:][:c]
		for j, g := range dy[i*c:][:c] {
			dx[j] = narrow16Of(float32(bf16Wide(g)*a[j]) + float32(bf16Wide(x[j])*b[j]) + k[j])
		}
	}
}
