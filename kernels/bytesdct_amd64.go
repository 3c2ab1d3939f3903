//go:build !purego

package kernels

import (
	"math"

	"golang.org/x/sys/cpu"
)

func init() {
	if cpu.X86.HasAVX512VBMI {
		bytesDCT.register(AVX512, bytesDCTBy16)
	}
}

// bytesDCTPlaces say where 128 bytes of a row of 16 blocks are taken from to bring those of a column together, and back.
var bytesDCTPlaces = func() (places [4][64]uint8) {
	for i := range 128 {
		places[i/64][i%64] = uint8(i%16*8 + i/16)
		places[2+i/64][i%64] = uint8(i%8*16 + i/8)
	}
	return places
}()

// bytesDCTNumbers are the factors of the transform and its inverse, and what rounding needs: 128, 16384.5, 16384, 16512.5, 255.
var bytesDCTNumbers = func() (n [16]uint32) {
	for i, v := range []float32{0.70710678, 0.38268343, 0.54119610, 1.30656296, 1.41421356, 1.84775907, 1.08239220, 2.61312593} {
		n[i] = math.Float32bits(v)
	}
	copy(n[8:], []uint32{128, math.Float32bits(16384.5), 16384, math.Float32bits(16512.5), 255})
	return n
}()

func bytesDCTBy16(down, up *[64]float32, stride int, x []uint8) {
	n := stride / 128
	if n > 0 {
		var scratch [64 * 16]float32
		bytesDCTAVX512(n, stride, &bytesDCTPlaces, &bytesDCTNumbers, &down[0], &up[0], &scratch[0], &x[0])
	}
	bytesDCTFrom(128*n, down, up, stride, x)
}

//go:noescape
func bytesDCTAVX512(batches, stride int, places *[4][64]uint8, numbers *[16]uint32, down, up, scratch *float32, x *uint8)
