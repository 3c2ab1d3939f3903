package raster

import (
	"math"

	"tessera/kernels"
)

// ResizeBytes makes dst what ResizeFloat makes of a picture of 8 bits, rounded: weights have 14 bits and rows that are weighed
// across 6 behind the point, so that a sample is within 0.6 of 255 of the exact one. dst takes the size h×w, and may hold
// anything; it must not be src. It panics if a size is not positive.
func ResizeBytes(dst, src *Image, h, w int) {
	checkResize("ResizeBytes", src.H, src.W, h, w)
	if src.C != 3 {
		*dst = *ResizeFloat(src.Float(), h, w).Image()
		return
	}
	if n := h * w * 3; cap(dst.Pix8) < n {
		dst.Pix8 = make([]uint8, n)
	}
	dst.H, dst.W, dst.C, dst.Pix8, dst.Pix16 = h, w, 3, dst.Pix8[:h*w*3], nil
	down := downs.of(src.H, h, newDown)
	across := newAcross(src, w, down.longest)
	rows := make([][]int16, len(across.ring))
	for y, t := range down.taps {
		for across.next < t.first+len(t.weights) {
			across.load()
		}
		for k := range t.weights {
			rows[k] = across.ring[(t.first+k)%len(rows)]
		}
		kernels.ByteDown(t.weights, rows, dst.Pix8[y*w*3:][:w*3])
	}
}

// wholeWeights appends weights that sum to 1 with 14 bits behind the point. What rounding takes from one goes to the next, so
// that their sum is exact.
func wholeWeights(dst []int16, weights []float32) []int16 {
	var exact, rounded float64
	for k, v := range weights {
		exact += float64(float64(v) * (1 << 14))
		if k == len(weights)-1 {
			exact = 1 << 14
		}
		whole := math.Floor(exact + 0.5 - rounded)
		rounded += whole
		dst = append(dst, int16(whole))
	}
	return dst
}

func longest(taps []tap) (n int) {
	for _, t := range taps {
		n = max(n, len(t.weights))
	}
	return n
}

// across weighs the rows of a picture and keeps the last of them.
type across struct {
	src  *Image
	row  *kernels.ByteAcross3
	line []uint8 // for a row that the kernel would read beyond the picture
	ring [][]int16
	next int // the row that load takes
}

func newAcross(src *Image, w, rows int) *across {
	a := &across{src: src, row: acrosses.of(src.W, w, newByteAcross3)}
	a.line = make([]uint8, a.row.Reach())
	for range rows {
		a.ring = append(a.ring, make([]int16, 3*w))
	}
	return a
}

func (a *across) load() {
	row := a.src.Pix8[a.next*a.src.W*3:]
	if len(row) < len(a.line) {
		copy(a.line, row)
		row = a.line
	}
	a.row.Row(row, a.ring[a.next%len(a.ring)])
	a.next++
}
