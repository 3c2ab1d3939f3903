//go:build !purego

package kernels

const (
	copyVector = 16   // floats that the assembly copies at a time
	copyFetch  = 2048 // bytes ahead in a row
	copyAway   = 16   // rows ahead, where they lie apart
	copyCall   = 1 << 16
)

func init() { copyRows.register(AVX2, copyRowsVectors) }

func copyRowsVectors(rows, width, ld int, from, to []float32) {
	whole := width &^ (copyVector - 1)
	if rows == 0 || whole == 0 {
		copyRowsGeneric(rows, width, ld, from, to)
		return
	}
	_, _ = from[(rows-1)*ld+width-1], to[rows*width-1]
	ahead := copyFetch
	if rows > 1 && ld > width {
		ahead = copyAway * 4 * ld
	}
	some := max(1, copyCall/width)
	for first := 0; first < rows; first += some {
		n := min(some, rows-first)
		from, to := from[first*ld:], to[first*width:]
		copyBurst(n, whole, ld, width, ahead, from, to)
		for i := 0; i < n && whole < width; i++ {
			copy(to[i*width:][whole:width], from[i*ld+whole:])
		}
	}
}

// A goroutine can yield at the beginning of this function.
//
//go:noinline
func copyBurst(rows, n, ld, width, ahead int, from, to []float32) {
	copyRowsAVX2(rows, n, ld, width, ahead, &from[0], &to[0])
}

// copyRowsAVX2 copies n floats, a multiple of copyVector, of each row.
//
//go:noescape
func copyRowsAVX2(rows, n, ld, width, ahead int, from, to *float32)
