package main

// noise returns number i of the operand with this key, in [-1, 1): the finaliser of MurmurHash3 (Appleby, 2011).
// Operands and checksum are those of ../operands.go.
func noise(key, i int) float32 {
	h := uint32(i) + uint32(key)*0x9e3779b9
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return float32((h^h>>16)>>8)/(1<<23) - 1
}

// operand returns n numbers of noise.
func operand(key, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = noise(key, i)
	}
	return x
}

// checksum adds the products of y and noise.
func checksum(y []float32) (sum float64) {
	for i, v := range y {
		sum += float64(float64(v) * float64(noise(0, i)))
	}
	return sum
}
