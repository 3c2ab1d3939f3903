//go:build !purego

package kernels

func init() {
	bytesMedian.register(AVX2, func(step int, x [][]uint8, scratch, y []uint8) {
		if len(x) != 3 || len(y) < 32 {
			bytesMedianGeneric(step, x, scratch, y)
			return
		}
		medianBlocks(32, step, x, y, bytesMedian3AVX2)
	})
	bytesMedian.register(AVX512, func(step int, x [][]uint8, scratch, y []uint8) {
		switch {
		case len(x) == 3 && len(y) >= 64:
			medianBlocks(64, step, x, y, bytesMedian3AVX512)
		case len(x) == 5 && len(y) >= 64:
			medianBlocks(64, step, x, y, bytesMedian5AVX512)
		default:
			bytesMedianGeneric(step, x, scratch, y)
		}
	})
}

// medianBlocks calls f with whole vectors, the last of which may begin before the end of the one before it.
func medianBlocks(width, step int, x [][]uint8, y []uint8, f func(n, at, step int, x *[]uint8, y *uint8)) {
	n := len(y) / width * width
	f(n, 0, step, &x[0], &y[0])
	if n < len(y) {
		f(width, len(y)-width, step, &x[0], &y[0])
	}
}

// They compute y from index at on.

//go:noescape
func bytesMedian3AVX2(n, at, step int, x *[]uint8, y *uint8)

//go:noescape
func bytesMedian3AVX512(n, at, step int, x *[]uint8, y *uint8)

//go:noescape
func bytesMedian5AVX512(n, at, step int, x *[]uint8, y *uint8)
