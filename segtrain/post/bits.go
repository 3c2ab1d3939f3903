package post

// A bitPlane is a mask with 64 pixels in a word, the first in the lowest bit, and each row in words of its own. Bits behind the end
// of a row are 0.
type bitPlane struct {
	h, w, words int // words of a row
	rows        []uint64
}

func newBitPlane(h, w int) *bitPlane {
	words := (w + 63) / 64
	return &bitPlane{h, w, words, make([]uint64, h*words)}
}

// packed returns the pixels that are 1.
func packed(plane []uint8, h, w int) *bitPlane {
	b := newBitPlane(h, w)
	for y := range h {
		row := b.row(y)
		for x, v := range plane[y*w:][:w] {
			row[x>>6] |= uint64(v) << (x & 63)
		}
	}
	return b
}

// bytes is the plane with a byte a pixel.
func (b *bitPlane) bytes() []uint8 {
	plane := make([]uint8, b.h*b.w)
	for y := range b.h {
		row := b.row(y)
		for x := range b.w {
			plane[y*b.w+x] = uint8(row[x>>6] >> (x & 63) & 1)
		}
	}
	return plane
}

func (b *bitPlane) row(y int) []uint64 { return b.rows[y*b.words:][:b.words] }

// invert swaps 0 and 1 within the picture.
func (b *bitPlane) invert() {
	last := ^uint64(0) >> (-b.w & 63)
	for y := range b.h {
		row := b.row(y)
		for i := range row {
			row[i] = ^row[i]
		}
		row[len(row)-1] &= last
	}
}

// dilated returns the pixels under which an element has a 1. widths are half the widths of its rows, from above its middle to below.
func (b *bitPlane) dilated(widths []int) *bitPlane {
	out, wide := newBitPlane(b.h, b.w), newBitPlane(b.h, b.w)
	for i, half := range widths {
		if i == 0 || half != widths[i-1] {
			b.widened(wide, half)
		}
		down := i - len(widths)/2 // the row of b that the element's row lies on, from its middle
		for y := max(0, -down); y < min(b.h, b.h-down); y++ {
			to := out.row(y)
			for k, v := range wide.row(y + down) {
				to[k] |= v
			}
		}
	}
	return out
}

// widened makes to the pixels that have a 1 within half of them in their row: shifts double what they reach.
func (b *bitPlane) widened(to *bitPlane, half int) {
	copy(to.rows, b.rows)
	before := make([]uint64, b.words)
	last := ^uint64(0) >> (-b.w & 63)
	for y := range b.h {
		row := to.row(y)
		for reach := 0; reach < half; {
			step := min(reach+1, half-reach) // what lies outside is lost, so half of the reach has to do
			copy(before, row)
			orShifted(row, before, step)
			row[len(row)-1] &= last
			reach += step
		}
	}
}

// orShifted adds to a row what another is, moved by n pixels to both sides.
func orShifted(row, from []uint64, n int) {
	skip, by := n>>6, n&63
	for i := range row {
		if j := i - skip; j >= 0 {
			row[i] |= from[j] << by
			if j > 0 {
				row[i] |= from[j-1] >> (64 - by) // 0 where by is 0
			}
		}
		if j := i + skip; j < len(from) {
			row[i] |= from[j] >> by
			if j+1 < len(from) {
				row[i] |= from[j+1] << (64 - by)
			}
		}
	}
}
