package kernels

import "fmt"

// Kernels that resize pictures of three channels of 8 bits: rows are weighed across, to 6 bits behind the point, then down.
// Weights have 14 bits behind the point, are not negative, and those of an output sum to 2¹⁴.

var (
	bytesAcross3 = newFamily("bytesAcross3", bytesAcross3Generic)
	bytesDown    = newFamily("bytesDown", bytesDownGeneric)
)

// A ByteAcross3 weighs rows of pixels of three channels across.
type ByteAcross3 struct {
	taps, reach int
	first       []int32
	w           []int16
}

// NewByteAcross3 returns what weighs, for output i, the taps pixels from sample first[i] of a row on. Weights come in groups of
// four, beyond taps 0, and groups of four outputs: with groups = ⌈taps/4⌉, weight k of output i is
// w[((i/4)·groups + k/4)·16 + i%4·4 + k%4]. first and w must not change any more.
func NewByteAcross3(taps int, first []int32, w []int16) *ByteAcross3 {
	groups := (taps + 3) / 4
	a := &ByteAcross3{taps: taps, first: first, w: w[:(len(first)+3)/4*groups*16]}
	for i, at := range first {
		if at < 0 || taps < 1 {
			panic(fmt.Sprintf("kernels: NewByteAcross3: output %d weighs %d pixels from sample %d on", i, taps, at))
		}
		a.reach = max(a.reach, int(at)+12*groups+4)
	}
	return a
}

// Reach is how many samples of a row are read; some of them count nothing.
func (a *ByteAcross3) Reach() int { return a.reach }

// Row computes y[3i+c] = (Σ w(i, k)·x[first[i]+3k+c] + 2⁷) >> 8, with k from 0 to taps−1.
func (a *ByteAcross3) Row(x []uint8, y []int16) {
	bytesAcross3.fn(a.taps, a.first, a.w, x[:a.reach], y[:3*len(a.first)])
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
