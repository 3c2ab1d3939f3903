//go:build !purego

package kernels

func init() {
	bf16.register(AVX512, bf16Kernel{
		split: func(x []float32, hi, lo []uint16) {
			if n, rest := bf16Whole(x, hi, lo); n > 0 {
				bf16SplitAVX512(n, &x[0], &hi[0], rest)
			}
		},
		pair: func(pairs, n, ld int, x []float32, hi, lo []uint16) {
			if pairs*n > 0 {
				bf16PairAVX512(pairs, n, ld, &x[:(2*pairs-1)*ld+n][0], &hi[:2*pairs*n][0], bf16Small(2*pairs*n, lo))
			}
		},
		pairOf: bf16PairOfMasked, late: bf16LateBy16, transpose: bf16TransposeBy16,
	})
	bf16.register(AMX, bf16Kernel{
		split: func(x []float32, hi, lo []uint16) {
			if n, rest := bf16Whole(x, hi, lo); n > 0 {
				bf16SplitAMX(n, &x[0], &hi[0], rest)
			}
		},
		pair: func(pairs, n, ld int, x []float32, hi, lo []uint16) {
			if pairs*n > 0 {
				bf16PairAMX(pairs, n, ld, &x[:(2*pairs-1)*ld+n][0], &hi[:2*pairs*n][0], bf16Small(2*pairs*n, lo))
			}
		},
		pairOf: bf16PairOfMasked, late: bf16LateBy16, transpose: bf16TransposeBy16,
	})
}

// bf16Whole splits what does not fill a vector, and returns how many numbers are left and where their small parts go.
func bf16Whole(x []float32, hi, lo []uint16) (n int, rest *uint16) {
	n = len(x) &^ 15
	if n < len(x) {
		bf16SplitGeneric(x[n:], hi[n:], lo[min(n, len(lo)):])
	}
	return n, bf16Small(n, lo)
}

// bf16Small returns where n small parts go: nil if they are not wanted.
func bf16Small(n int, lo []uint16) *uint16 {
	if len(lo) == 0 || n == 0 {
		return nil
	}
	return &lo[:n][0]
}

func bf16PairOfMasked(pairs, n, ld int, x, to []uint16) {
	if pairs*n > 0 {
		bf16PairOfAVX512(pairs, n, ld, &x[:(2*pairs-1)*ld+n][0], &to[:2*pairs*n][0])
	}
}

func bf16LateBy16(rows, n int, x, y []uint32) {
	bf16LateGeneric(min(rows, 1), n, x, y)
	if all := (rows - 1) * n; all > 0 {
		whole := all &^ 15
		if whole > 0 {
			bf16LateAVX512(whole, n, &x[:rows*n][0], &y[:rows*n][n])
		}
		for i := n + whole; i < n+all; i++ {
			y[i] = x[i]<<16 | x[i-n]>>16
		}
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
func bf16LateAVX512(all, n int, x, y *uint32)

//go:noescape
func bf16TransposeAVX512(cols, ldx, ldy int, x, y *uint32)

//go:noescape
func bf16SplitAMX(n int, x *float32, hi, lo *uint16)

//go:noescape
func bf16PairAMX(pairs, n, ld int, x *float32, hi, lo *uint16)
