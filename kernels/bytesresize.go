package kernels

import "fmt"

// Kernels that resize pictures of three channels of 8 bits: rows are weighed across, to 6 bits behind the point, then down.
// Weights have 14 bits behind the point, are not negative, and those of an output sum to 2¹⁴.

var (
	bytesAcross3 = newFamily("bytesAcross3", bytesAcross3Generic)
	bytesDown    = newFamily("bytesDown", bytesDownGeneric)
)

// ByteAcross3 computes y[3i+c] = (Σ w(i, k)·x[first[i]+3k+c] + 2⁷) >> 8, with k from 0 to 4·groups−1. Four outputs lie together:
// w(i, k) = w[((i/4)·groups + k/4)·16 + i%4·4 + k%4]. From first[i] on x must have four samples more than those that are
// weighed.
func ByteAcross3(groups int, first []int32, w []int16, x []uint8, y []int16) {
	w, y = w[:(len(first)+3)/4*groups*16], y[:3*len(first)]
	for _, at := range first {
		if at < 0 || int(at)+12*groups+4 > len(x) {
			panic(fmt.Sprintf("kernels: ByteAcross3: %d weights from sample %d on, of %d", 4*groups, at, len(x)))
		}
	}
	bytesAcross3.fn(groups, first, w, x, y)
}

// ByteDown computes y[i] = (Σ w[k]·x[k][i] + 2¹⁹) >> 20.
func ByteDown(w []int16, x [][]int16, y []uint8) {
	for _, row := range x[:len(w)] {
		_ = row[:len(y)]
	}
	if len(w) == 0 {
		panic("kernels: ByteDown: no rows")
	}
	bytesDown.fn(w, x, y)
}
