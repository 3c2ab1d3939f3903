package kernels

import "unsafe"

// A halfSweep multiplies what a sweep reads in bfloat16. The band of a task is rounded as it is copied to scratch; where an
// operand has two parts, the band of small parts follows the other, and so do the panels of weights.
type halfSweep struct {
	parts      int
	band       int // numbers of one part of a band, with what is read beyond it
	floats     int // of scratch before rounding
	rows, last []dotBlock
	segs       [2][]dotSeg // for panels of 16 and of 32 columns
	depth      int         // rows of a packed panel, all segments together
	lda, ldc   int

	firstPanel, firstWeight int // of the packed ones, where several sweeps share them
}

// halfCut is usualCut for bands in bfloat16: the rows of a matrix in a task are a multiple of two blocks.
var halfCut = cut{pixels: 2048, tasks: 8, rows: 2 * dotRows, mostRows: 512}

// newHalfSweep prepares a sweep for products in bfloat16. Its band is that of frame, of which it reads from origin on.
func newHalfSweep(p, frame *sweep, precision Precision, origin int) *halfSweep {
	c := p.ic
	h := &halfSweep{parts: precision.parts(), lda: p.win.SW * c, ldc: p.oc * p.grid.sw, floats: p.scratch}
	if p.direct {
		h.lda = c
	} else {
		h.floats = frame.lines(frame.band) * frame.cols * c
	}
	h.band = (frame.bandNumbers() + dotRows*h.lda + dotK + 1) &^ 1
	h.rows, h.last = p.dotBlocks(p.band, origin), p.dotBlocks(p.oh-(p.bands-1)*p.band, origin)
	perSeg := (p.klen + dotK - 1) / dotK
	h.depth = len(p.segs) * perSeg * dotK
	for i, width := range []int{dotCols / 2, dotCols} {
		for k, at := range p.segs {
			h.segs[i] = append(h.segs[i], dotSeg{a: at, b: k * perSeg * dotK * width, blocks: perSeg})
		}
	}
	return h
}

// bandNumbers returns how many numbers the band of a task has.
func (p *sweep) bandNumbers() int {
	if p.direct {
		return p.band * p.ic
	}
	return p.lines(p.band) * p.cols * p.ic
}

// dotBlocks lists the blocks of count output rows.
func (p *sweep) dotBlocks(count, origin int) (blocks []dotBlock) {
	c := p.ic
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

// scratch returns the floats of scratch that a task takes; scaled says that x is scaled on its way.
func (h *halfSweep) scratch(scaled bool) int {
	if scaled {
		return h.parts*h.band/2 + h.floats
	}
	return h.parts * h.band / 2
}

// run computes the output rows of a task; y are its pixels alone.
func (h *halfSweep) run(p *sweep, task int, accumulate bool, x Numbers, gain, packed, y, scratch []float32) {
	image, _, first := p.task(task)
	count := min(p.band, p.oh-first)
	a := h.input(p, image, first, count, x, gain, scratch)
	h.products(p, count, accumulate, a, packed, y)
}

// input returns the pixels that count output rows of p see, rounded and padded with zeros. Those that are in bfloat16 already are
// read where they lie if all blocks and segments of a matrix are whole.
func (h *halfSweep) input(p *sweep, image, first, count int, x Numbers, gain, scratch []float32) []uint16 {
	a := halves(scratch)[:h.parts*h.band]
	hi, lo := a[:h.band], a[h.band:]
	at, c := (image*p.oh+first)*p.ic, p.ic
	switch {
	case p.direct && x.stored():
		x := x.halves[at : at+count*c]
		if gain == nil && count%dotRows == 0 && c%dotK == 0 {
			return x
		}
		if gain == nil {
			copy(hi, x)
		} else {
			channelScale16(count, c, x, gain[image*c:], hi)
		}
		clear(hi[count*c : count*c+dotK])
		return a
	case p.direct || gain != nil:
		band := p.input(image, 0, first, count, x, gain, scratch[h.parts*h.band/2:])
		round(band, hi, lo)
		clearBoth(hi, lo, len(band), len(band)+dotK)
		return a
	}
	w, line := p.win, p.cols*c
	lines := p.lines(count)
	x = x.from(image * w.IH * w.IW * c)
	for r := range lines {
		roundLine(w, c, first*w.SH-w.PT+r, r*line, (r+1)*line, x, hi, lo)
	}
	clearBoth(hi, lo, lines*line, lines*line+dotK)
	return a
}

// roundLine writes row y of an image of c channels, with the window's padding, to hi and lo from begin to end.
func roundLine(w Window, c, y, begin, end int, x Numbers, hi, lo []uint16) {
	from, to := min(begin+max(w.PL, 0)*c, end), min(end, begin+(w.IW+w.PL)*c)
	if y < 0 || y >= w.IH || to <= from {
		clearBoth(hi, lo, begin, end)
		return
	}
	clearBoth(hi, lo, begin, from)
	clearBoth(hi, lo, to, end)
	at := (y*w.IW + max(-w.PL, 0)) * c
	if x.stored() {
		copy(hi[from:to], x.halves[at:])
		return
	}
	round(x.floats[at:at+to-from], hi[from:], lo[min(from, len(lo)):])
}

// roundFloats is how many floats are rounded in a call.
const roundFloats = 16 << 10

// round writes x in bfloat16 to hi, and what is left to lo unless that is empty.
func round(x []float32, hi, lo []uint16) {
	for at := 0; at < len(x); at += roundFloats {
		part := x[at:min(at+roundFloats, len(x))]
		bf16.fn.split(part, hi[at:], lo[min(at, len(lo)):])
	}
}

// clearBoth clears the numbers from begin to end, of lo where there is one.
func clearBoth(hi, lo []uint16, begin, end int) {
	clear(hi[begin:end])
	if len(lo) > 0 {
		clear(lo[begin:end])
	}
}

// products computes count output rows of a task, whose input lies rounded at a; y are the task's pixels.
func (h *halfSweep) products(p *sweep, count int, accumulate bool, a []uint16, packed, y []float32) {
	d := dot16{a: a, lda: h.lda, ldc: h.ldc, load: accumulate, blocks: h.rows}
	if count < p.band {
		d.blocks = h.last
	}
	y = y[(p.grid.y*p.grid.w+p.grid.x)*p.oc:]
	for column := 0; column < p.oc; column += dotCols {
		d.n = min(dotCols, p.oc-column)
		d.segs = h.segs[dotWidth(d.n)/dotCols]
		if h.parts == 2 {
			d.asmall, d.bsmall = h.band, h.depth*dotWidth(d.n)
		}
		d.b, d.c = halves(packed)[h.parts*h.depth*column:], y[column:]
		d.run()
	}
}

// halves returns the memory of floats as that of twice as many numbers.
func halves(x []float32) []uint16 {
	return unsafe.Slice((*uint16)(unsafe.Pointer(unsafe.SliceData(x))), 2*len(x))
}

// pairsOf returns numbers as pairs of them.
func pairsOf(x []uint16) []uint32 {
	return unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(x))), len(x)/2)
}
