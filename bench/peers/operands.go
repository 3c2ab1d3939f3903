package main

// The works of single kernels have operands that every contestant makes for itself, in its language, and a checksum
// over what comes out. See also gopeers/operands.go and operands.py.

// noise returns number i of the operand with this key, in [-1, 1): the finaliser of MurmurHash3 (Appleby, 2011).
func noise(key, i int) float32 {
	h := uint32(i) + uint32(key)*0x9e3779b9
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return float32(float32((h^h>>16)>>8)/(1<<23)) - 1
}

// checksum adds the products of y and noise, so that a number in the wrong place shows.
func checksum(y []float32) (sum float64) {
	for i, v := range y {
		sum += float64(float64(v) * float64(noise(0, i)))
	}
	return sum
}
