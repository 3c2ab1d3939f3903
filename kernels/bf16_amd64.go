//go:build !purego

package kernels

func init() {
	bf16.register(AVX512, bf16Kernel{bf16SplitBy16, bf16PairMasked, bf16PairOfMasked, bf16TransposeBy16})
}

func bf16SplitBy16(x []float32, hi, lo []uint16) {
	n := len(x) &^ 15
	if n > 0 {
		var rest *uint16
		if len(lo) > 0 {
			rest = &lo[:n][0]
		}
		bf16SplitAVX512(n, &x[0], &hi[:n][0], rest)
	}
	if n < len(x) {
		bf16SplitGeneric(x[n:], hi[n:], lo[min(n, len(lo)):])
	}
}

func bf16PairMasked(pairs, n, ld int, x []float32, hi, lo []uint16) {
	if pairs*n == 0 {
		return
	}
	var rest *uint16
	if len(lo) > 0 {
		rest = &lo[:2*pairs*n][0]
	}
	bf16PairAVX512(pairs, n, ld, &x[:(2*pairs-1)*ld+n][0], &hi[:2*pairs*n][0], rest)
}

func bf16PairOfMasked(pairs, n, ld int, x, to []uint16) {
	if pairs*n > 0 {
		bf16PairOfAVX512(pairs, n, ld, &x[:(2*pairs-1)*ld+n][0], &to[:2*pairs*n][0])
	}
}

func bf16TransposeBy16(rows, cols, ldx, ldy int, x, y []uint32) {
	r, c := rows&^15, cols&^3
	for i := 0; i < r && c > 0; i += 16 {
		bf16TransposeAVX512(c, ldx, ldy, &x[i*ldx:][:15*ldx+c][0], &y[i:][:(c-1)*ldy+16][0])
	}
	if c < cols {
		bf16TransposeGeneric(r, cols-c, ldx, ldy, x[c:], y[c*ldy:])
	}
	if r < rows {
		bf16TransposeGeneric(rows-r, cols, ldx, ldy, x[r*ldx:], y[r:])
	}
}

//go:noescape
func bf16SplitAVX512(n int, x *float32, hi, lo *uint16)

//go:noescape
func bf16PairAVX512(pairs, n, ld int, x *float32, hi, lo *uint16)

//go:noescape
func bf16PairOfAVX512(pairs, n, ld int, x, to *uint16)

//go:noescape
func bf16TransposeAVX512(cols, ldx, ldy int, x, y *uint32)
