package kernels

import "fmt"

var bytesDCT = newFamily("bytesDCT", bytesDCTGeneric)

// ByteDCT takes blocks of 8×8 samples, side by side in eight rows of stride bytes, through the scaled cosine transform of Arai,
// Agui and Nakajima ("A Fast DCT-SQ Scheme for Images", 1988), rounds each coefficient times down to a whole number, takes that
// times up, and goes back, as JPEG does: one dimension costs five products, and what is missing is in down and up. Every
// product is rounded before it is added. Products with down must lie within ±16384, and what comes back within ±8192.
func ByteDCT(down, up *[64]float32, stride int, x []uint8) {
	if stride < 0 || stride%8 != 0 {
		panic(fmt.Sprintf("kernels: ByteDCT: rows of %d bytes are no whole blocks", stride))
	}
	bytesDCT.fn(down, up, stride, x[:8*stride])
}
