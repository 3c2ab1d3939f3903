package survey

import (
	"math/bits"

	"tessera/segtrain/raster"
)

// A fingerprint is what stays of an image when it is resized, compressed again or changed in brightness: 128 bits that say of
// each cell of a grid whether the next one to the right, and the next one below, is brighter. This is the difference
// hash of Krawetz ("Kind of Like That", hackerfactor.com, 2013) in both directions.
type fingerprint struct {
	bits [2]uint64
	grid [side * side]uint8 // mean luma of each cell
	flat bool               // one colour: the bits say nothing
}

const (
	side = 9

	// alikeBits is how many bits of 128 may differ between images that are alike. Krawetz calls 10 of 64 probably another
	// image; these are the same 8 percent.
	alikeBits = 10
	// alikeLuma is the mean difference of cells, of 255, that may remain after the brightness is made equal.
	alikeLuma = 8
	// flatLuma is the range of cells below which an image is flat.
	flatLuma = 6
)

func newFingerprint(im *raster.Image) fingerprint {
	var p fingerprint
	p.grid = cells(im)
	p.settle()
	return p
}

// settle works out the rest from the grid.
func (p *fingerprint) settle() {
	low, high := p.grid[0], p.grid[0]
	for _, v := range p.grid {
		low, high = min(low, v), max(high, v)
	}
	p.flat = high-low < flatLuma
	for y := range side - 1 {
		for x := range side - 1 {
			i, bit := y*side+x, y*(side-1)+x
			if p.grid[i+1] > p.grid[i] {
				p.bits[0] |= 1 << bit
			}
			if p.grid[i+side] > p.grid[i] {
				p.bits[1] |= 1 << bit
			}
		}
	}
}

// turned are the fingerprints of a picture's eight symmetries, that of itself first.
type turned [8]fingerprint

// turns mirrors and turns a fingerprint: data sets come with copies that somebody augmented.
func (p *fingerprint) turns() *turned {
	var t turned
	for k := range t {
		for y := range side {
			for x := range side {
				fy, fx := y, x
				if k&1 != 0 {
					fx = side - 1 - fx
				}
				if k&2 != 0 {
					fy = side - 1 - fy
				}
				if k&4 != 0 {
					fy, fx = fx, fy
				}
				t[k].grid[y*side+x] = p.grid[fy*side+fx]
			}
		}
		t[k].settle()
	}
	t[0] = *p
	return &t
}

// alike tells whether q looks the same as one of the symmetries, the first that does, in how many bits it differs, and whether
// it is another one than the picture as it is.
func (t *turned) alike(q *fingerprint) (distance int, another, ok bool) {
	for k := range t {
		if t[k].alike(q) {
			return t[k].distance(q), k > 0, true
		}
	}
	return 0, false, false
}

// distance is the number of bits in which two fingerprints differ.
func (p *fingerprint) distance(q *fingerprint) int {
	return bits.OnesCount64(p.bits[0]^q.bits[0]) + bits.OnesCount64(p.bits[1]^q.bits[1])
}

// alike tells whether two images look the same: few bits differ, and the cells themselves differ little but for
// brightness, which the bits cannot tell of images of little contrast.
func (p *fingerprint) alike(q *fingerprint) bool {
	return !p.flat && !q.flat && p.distance(q) <= alikeBits && p.apart(q) <= alikeLuma
}

// apart is the mean difference of cells from their own means.
func (p *fingerprint) apart(q *fingerprint) int {
	shift := 0
	for i := range p.grid {
		shift += int(p.grid[i]) - int(q.grid[i])
	}
	shift /= len(p.grid)
	sum := 0
	for i := range p.grid {
		d := int(p.grid[i]) - int(q.grid[i]) - shift
		sum += max(d, -d)
	}
	return sum / len(p.grid)
}

// cells returns the mean luma of the cells of a grid over the image, in integers.
func cells(im *raster.Image) (grid [side * side]uint8) {
	for cy := range side {
		top, bottom := span(cy, im.H)
		for cx := range side {
			left, right := span(cx, im.W)
			sum := uint64(0)
			for y := top; y < bottom; y++ {
				sum += rowSum(im, y, left, right)
			}
			grid[cy*side+cx] = uint8(sum / uint64((bottom-top)*(right-left)) >> 8)
		}
	}
	return grid
}

// span returns the i-th of side parts of n pixels, of one at least. Cuts are rounded to the nearest pixel, so those of a mirrored
// picture are the same.
func span(i, n int) (from, to int) {
	cut := func(i int) int { return (2*i*n + side) / (2 * side) }
	from = min(cut(i), n-1)
	return from, max(from+1, cut(i+1))
}

// rowSum adds up luma in 16 bits.
func rowSum(im *raster.Image, y, left, right int) uint64 {
	from, to := (y*im.W+left)*im.C, (y*im.W+right)*im.C
	if im.Pix16 != nil {
		return lumaSum(im.Pix16[from:to], im.C)
	}
	return 257 * lumaSum(im.Pix8[from:to], im.C)
}

// lumaSum adds up luma as ITU-R 601 has it, to a thousandth. Of other than 3 or 4 channels the first counts alone.
func lumaSum[T uint8 | uint16](pix []T, c int) uint64 {
	var sum [3]uint64
	for i := 0; i < len(pix); i += c {
		sum[0] += uint64(pix[i])
		if c == 3 || c == 4 {
			sum[1] += uint64(pix[i+1])
			sum[2] += uint64(pix[i+2])
		}
	}
	if c == 3 || c == 4 {
		return (299*sum[0] + 587*sum[1] + 114*sum[2]) / 1000
	}
	return sum[0]
}
