package kernels

import "fmt"

// Kernels that look pictures of 8 bits up at places between their pixels. Positions are counted from the centre of the
// first pixel in 1/256 of a pixel.

var (
	bytesLine  = newFamily("bytesLine", bytesLineGeneric)
	bytesLook3 = newFamily("bytesLook3", bytesLook3Generic)
)

// ByteLine computes y[i] = (first + i·step) >> 24, whose 32 lowest bits it keeps: positions along a line, with 24 bits
// more behind the point.
func ByteLine(first, step int64, y []int32) { bytesLine.fn(first, step, y) }

// ByteLook3 interpolates pixels of three channels at the positions (px[i], py[i]) of a picture that is width pixels wide, and
// writes them to y[3i:3i+3]. The four pixels around a position have whole weights that sum to 256, and sums are rounded,
// halves up. It leaves positions alone that are not between pixels 0 and width−2 across and between rows of the picture down,
// and returns how many it did.
func ByteLook3(width int, x []uint8, px, py []int32, y []uint8) int {
	if width < 1 || len(x)%(3*width) != 0 {
		panic(fmt.Sprintf("kernels: ByteLook3: %d samples for rows of %d pixels", len(x), width))
	}
	return bytesLook3.fn(width, x, px, py[:len(px)], y[:3*len(px)])
}
