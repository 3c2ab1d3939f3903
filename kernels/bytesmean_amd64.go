//go:build !purego

package kernels

func init() {
	bytesMean.register(AVX2, bytesMeanBy32)
	bytesMean.register(AVX512, bytesMeanBy64)
}

func bytesMeanBy32(x [][]uint8, y []uint8) {
	n := len(y) &^ 31
	if n > 0 {
		bytesMeanAVX2(n, len(x), int(bytesMeanInverse(len(x))), &x[0], &y[0])
	}
	bytesMeanFrom(n, x, y)
}

func bytesMeanBy64(x [][]uint8, y []uint8) {
	n := len(y) &^ 63
	if n > 0 {
		bytesMeanAVX512(n, len(x), int(bytesMeanInverse(len(x))), &x[0], &y[0])
	}
	bytesMeanFrom(n, x, y)
}

//go:noescape
func bytesMeanAVX2(n, rows, inverse int, x *[]uint8, y *uint8)

//go:noescape
func bytesMeanAVX512(n, rows, inverse int, x *[]uint8, y *uint8)
