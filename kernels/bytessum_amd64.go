//go:build !purego

package kernels

func init() {
	bytesSum.register(AVX2, bytesSumBy32)
	bytesAdd.register(AVX2, bytesAddBy32)
}

func bytesSumBy32(x []uint8) (sum uint64) {
	n := len(x) &^ 31
	if n > 0 {
		sum = bytesSumAVX2(n, &x[0])
	}
	return sum + bytesSumGeneric(x[n:])
}

func bytesAddBy32(x, y []uint8) {
	n := len(x) &^ 31
	if n > 0 {
		bytesAddAVX2(n, &x[0], &y[0])
	}
	bytesAddGeneric(x[n:], y[n:])
}

//go:noescape
func bytesSumAVX2(n int, x *uint8) uint64

//go:noescape
func bytesAddAVX2(n int, x, y *uint8)
