package kernels

import "math"

// bf16Of returns the nearest bfloat16 number.
func bf16Of(x float32) uint16 {
	bits := math.Float32bits(x)
	if x != x {
		return uint16(bits>>16) | 1<<6
	}
	return uint16((bits + 0x7fff + bits>>16&1) >> 16)
}

// bf16Rest returns the nearest bfloat16 number to what hi, the nearest to x, leaves. Where x is infinite or rounds to
// infinity nothing is left.
func bf16Rest(x float32, hi uint16) uint16 {
	if hi&0x7f80 == 0x7f80 {
		return 0
	}
	return narrow16Of(x - math.Float32frombits(uint32(hi)<<16))
}

func bf16SplitGeneric(x []float32, hi, lo []uint16) {
	for i, v := range x {
		hi[i] = narrow16Of(v)
	}
	if len(lo) == 0 {
		return
	}
	for i, v := range x {
		lo[i] = bf16Rest(v, hi[i])
	}
}

func bf16PairGeneric(pairs, n, ld int, x []float32, hi, lo []uint16) {
	for p := range pairs {
		for row := range 2 {
			for j, v := range x[(2*p+row)*ld:][:n] {
				at := (p*n+j)*2 + row
				hi[at] = narrow16Of(v)
				if len(lo) > 0 {
					lo[at] = bf16Rest(v, hi[at])
				}
			}
		}
	}
}

func bf16PairOfGeneric(pairs, n, ld int, x, to []uint16) {
	for p := range pairs {
		for row := range 2 {
			for j, v := range x[(2*p+row)*ld:][:n] {
				to[(p*n+j)*2+row] = v
			}
		}
	}
}

func bf16LateGeneric(rows, n int, x, y []uint32) {
	for i, v := range x[:rows*n] {
		y[i] = v << 16
		if i >= n {
			y[i] |= x[i-n] >> 16
		}
	}
}

func bf16TransposeGeneric(rows, cols, ldx, ldy int, x, y []uint32) {
	for i := range rows {
		for j, v := range x[i*ldx:][:cols] {
			y[j*ldy+i] = v
		}
	}
}
