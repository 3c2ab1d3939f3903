//go:build !purego

package kernels

import (
	"math"

	"golang.org/x/sys/cpu"
)

func init() {
	bytesLine.register(AVX512, bytesLineBy8)
	if cpu.X86.HasAVX512VBMI && cpu.X86.HasBMI2 && cpu.X86.HasPOPCNT {
		bytesLook3.register(AVX512, bytesLook3By8)
	}
}

func bytesLineBy8(first, step int64, y []int32) {
	n := len(y) &^ 7
	if n > 0 {
		bytesLineAVX512(n, first, step, &y[0])
	}
	bytesLineGeneric(first+int64(n)*step, step, y[n:])
}

// bytesLookPlaces say where a vector of eight pixels, each in eight bytes, takes its bytes from: pairs of red and of green
// in the upper row, of blue there, the same in the lower row, which begins two bytes early, and results, which are in the
// bytes 0, 4 and 1. 128 is none.
var bytesLookPlaces = func() (t [5][64]uint8) {
	pairs := [4][8]uint8{
		{0, 128, 3, 128, 1, 128, 4, 128}, {2, 128, 5, 128, 128, 128, 128, 128},
		{2, 128, 5, 128, 3, 128, 6, 128}, {4, 128, 7, 128, 128, 128, 128, 128},
	}
	for k, pair := range pairs {
		for i := range 64 {
			t[k][i] = pair[i%8]
			if pair[i%8] < 128 {
				t[k][i] += uint8(i & 8) // shuffles stay within 16 bytes
			}
		}
	}
	for i := range 24 {
		t[4][i] = uint8(i/3*8) + [3]uint8{0, 4, 1}[i%3]
	}
	return t
}()

func bytesLook3By8(width int, x []uint8, px, py []int32, y []uint8) int {
	n, h := len(px)&^7, len(x)/(3*width)
	if n == 0 || width < 3 || h < 2 || len(x) > math.MaxInt32 {
		return bytesLook3Generic(width, x, px, py, y)
	}
	done := bytesLook3AVX512(n, 3*width, width-2, h-1, &bytesLookPlaces, &x[0], &px[0], &py[0], &y[0])
	return done + bytesLook3Generic(width, x, px[n:], py[n:], y[3*n:])
}

//go:noescape
func bytesLineAVX512(n int, first, step int64, y *int32)

//go:noescape
func bytesLook3AVX512(n, stride, lastX, lastY int, places *[5][64]uint8, x *uint8, px, py *int32, y *uint8) int
