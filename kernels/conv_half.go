package kernels

import "unsafe"

// A halfSweep multiplies what a sweep reads in bfloat16. The band of a task is rounded as it lies in scratch; where an
// operand has two parts, the band of small parts follows the other, and so do the panels of weights.
type halfSweep struct {
	parts      int
	band       int // numbers of one part of a band, with what is read beyond it
	rows, last []dotBlock
	segs       [2][]dotSeg // for panels of 16 and of 32 columns
	depth      int         // rows of a packed panel, all segments together
	lda, ldc   int

	firstPanel, firstWeight int // of the packed ones, where several sweeps share them
}

// dotSlack is how many numbers a matrix unit may read beyond a band whose rows are lda apart.
func dotSlack(lda int) int { return dotRows*lda + dotK }

// newHalfSweep prepares a sweep for products in bfloat16, its band shared with other sweeps where that is larger.
func newHalfSweep(p *sweep, precision Precision, band, origin int) *halfSweep {
	c := p.ic / p.groups
	h := &halfSweep{parts: precision.parts(), lda: p.win.SW * c, ldc: p.oc * p.grid.sw}
	if p.direct {
		h.lda = c
	}
	h.band = (max(band, p.bandLength()) + dotSlack(h.lda) + 1) &^ 1
	h.rows, h.last = p.dotBlocks(p.band, origin), p.dotBlocks(p.oh-(p.bands-1)*p.band, origin)
	perSeg := (p.klen + dotK - 1) / dotK
	h.depth = len(p.segs) * perSeg * dotK
	for i, width := range []int{dotCols / 2, dotCols} {
		add := func(a, b, s int) {
			h.segs[i] = append(h.segs[i], dotSeg{
				a: a*h.band + p.segs[s], b: (b*len(p.segs) + s) * perSeg * dotK * width, blocks: perSeg,
			})
		}
		for s := range p.segs {
			if h.parts == 2 { // the small products first
				add(1, 0, s)
				add(0, 1, s)
			}
		}
		for s := range p.segs {
			add(0, 0, s)
		}
	}
	return h
}

// bandLength returns the floats of a task's band.
func (p *sweep) bandLength() int {
	if p.direct {
		return p.band * p.ic
	}
	return p.lines(p.band) * p.cols * p.ic / p.groups
}

// dotBlocks lists the blocks of count output rows.
func (p *sweep) dotBlocks(count, origin int) (blocks []dotBlock) {
	c := p.ic / p.groups
	if p.direct {
		for i := 0; i < count; i += dotRows {
			blocks = append(blocks, dotBlock{a: i * c, c: i * p.oc, m: min(dotRows, count-i)})
		}
		return blocks
	}
	for r := range count {
		for x := 0; x < p.ow; x += dotRows {
			blocks = append(blocks, dotBlock{
				a: origin + (r*p.win.SH*p.cols+x*p.win.SW)*c,
				c: (r*p.grid.sh*p.grid.w + x*p.grid.sw) * p.oc,
				m: min(dotRows, p.ow-x),
			})
		}
	}
	return blocks
}

// panels returns the number of panels of n columns.
func (h *halfSweep) panels(n int) int { return (n + dotCols - 1) / dotCols }

// packed returns the floats that the packed weights of n columns take.
func (h *halfSweep) packed(n int) int {
	return h.parts * h.depth * ((n-1)/dotCols*dotCols + dotWidth((n-1)%dotCols+1)) / 2
}

// halves returns the memory of floats as that of twice as many numbers.
func halves(x []float32) []uint16 {
	return unsafe.Slice((*uint16)(unsafe.Pointer(unsafe.SliceData(x))), 2*len(x))
}

// pairsOf returns the memory of floats as pairs of numbers.
func pairsOf(x []float32) []uint32 {
	return unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}

// pack writes a panel of the weights of n columns; row writes cols of them, from column on, of row k of a segment.
func (h *halfSweep) pack(panel, n, klen int, packed []float32, row func(seg, k, column int, to []float32)) {
	column := panel * dotCols
	cols := min(dotCols, n-column)
	width := dotWidth(cols)
	to := halves(packed)[h.parts*h.depth*column:][:h.parts*h.depth*width]
	perSeg := (klen + dotK - 1) / dotK * dotK
	var block [dotK * dotCols]float32
	for at := 0; at < h.depth; at += dotK {
		clear(block[:])
		first := at % perSeg
		for k := range min(dotK, klen-first) {
			row(at/perSeg, first+k, column, block[k*width:][:cols])
		}
		hi, lo := to[at*width:][:dotK*width], to[h.depth*width*(h.parts-1):][at*width:][:dotK*width]
		pairTiles(width, block[:], hi, lo[:(h.parts-1)*dotK*width])
	}
}

// pairTiles writes 32 rows of width floats as tiles of B.
func pairTiles(width int, x []float32, hi, lo []uint16) {
	for half := range width / 16 {
		bf16.fn.pair(dotK/2, 16, width, x[half*16:], hi[half*512:], lo[min(half*512, len(lo)):])
	}
}

// scratch returns the floats of scratch that a task takes beside the sweep's own.
func (h *halfSweep) scratch() int { return h.parts * h.band / 2 }

// round writes a band in bfloat16, cleared where it may be read beyond its end.
func (h *halfSweep) round(a, scratch []float32) []uint16 {
	to := halves(scratch)[:h.parts*h.band]
	hi, lo := to[:h.band], to[h.band:]
	for at := 0; at < len(a); at += roundFloats {
		part := a[at:min(at+roundFloats, len(a))]
		bf16.fn.split(part, hi[at:], lo[min(at, len(lo)):])
	}
	clear(hi[len(a):])
	if len(lo) > 0 {
		clear(lo[len(a):])
	}
	return to
}

// roundFloats is how many floats are rounded in a call.
const roundFloats = 16 << 10

// products computes count output rows of an image from first on, whose input lies rounded at a.
func (h *halfSweep) products(p *sweep, image, first, count int, accumulate bool, a []uint16, packed, y []float32) {
	d := dot16{a: a, lda: h.lda, ldc: h.ldc, load: accumulate, blocks: h.rows}
	if count < p.band {
		d.blocks = h.last
	}
	y = y[((image*p.grid.h+first*p.grid.sh+p.grid.y)*p.grid.w+p.grid.x)*p.oc:]
	if p.direct {
		y = y[:count*p.oc]
	}
	for column := 0; column < p.oc; column += dotCols {
		d.n = min(dotCols, p.oc-column)
		d.segs = h.segs[dotWidth(d.n)/dotCols]
		d.b, d.c = halves(packed)[h.parts*h.depth*column:], y[column:]
		d.run()
	}
}
