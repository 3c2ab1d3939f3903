package kernels

func bytesMeanGeneric(x [][]uint8, y []uint8) { bytesMeanFrom(0, x, y) }

// bytesMeanFrom computes y from index first on. The product of a sum of so few bytes with the inverse in 16 bits is above the
// quotient by less than what lies between a quotient and the next whole number.
func bytesMeanFrom(first int, x [][]uint8, y []uint8) {
	half, inverse := uint32(len(x)/2), bytesMeanInverse(len(x))
	for i := first; i < len(y); i++ {
		sum := half
		for _, row := range x {
			sum += uint32(row[i])
		}
		y[i] = uint8(sum * inverse >> 16)
	}
}

func bytesMeanInverse(n int) uint32 { return uint32((1<<16 + n - 1) / n) }
