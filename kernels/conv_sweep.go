package kernels

import "slices"

// A sweep is a convolution from one image to another as products of tiles. A task is a band of output rows of one
// image and group: the rows of the input that it sees are copied to scratch with their padding (they stay in the
// second-level cache), where the pixels under any tap lie at fixed distances, and then multiplied by every panel of
// the weights. A 1×1 window of stride 1 reads its input where it lies.
type sweep struct {
	n, ic, oc, groups int
	win               Window
	spread            spread
	direct            bool
	oh, ow            int
	grid              grid
	band, bands       int   // output rows of a task; tasks of an image and group
	cols              int   // pixels of a row in scratch
	rows, lastRows    []int // offsets in scratch of the first tap of each output pixel of a task, of the last task
	lineRows          []int // offsets of the pixels of one output row
	segs              []int // offsets of each segment of taps
	klen              int   // floats of a segment
	scratch           int
}

// A grid says which pixels of an image a sweep computes: (oy*sh + y, ox*sw + x) of h×w.
type grid struct{ h, w, sh, sw, y, x int }

// dense is the grid of all pixels.
func dense(h, w int) grid { return grid{h, w, 1, 1, 0, 0} }

// contiguous reports whether the pixels of rows of the sweep follow each other.
func (g grid) contiguous() bool { return g.sh == 1 && g.sw == 1 }

// What a task aims at: enough pixels to reuse a panel of weights, and a band that fits the second-level cache.
const (
	bandPixels  = 2048
	bandFloats  = 96 << 10
	directBand  = 240 // rows of a matrix in a task, a multiple of every mr
	enoughTasks = 16
)

// newSweep prepares a sweep over the window that computes the pixels of g.
func newSweep(k *gemmKernel, n, ic, oc, groups int, w Window, s spread, g grid) sweep {
	p := sweep{n: n, ic: ic, oc: oc, groups: groups, win: w, spread: s, grid: g, oh: w.OH(), ow: w.OW()}
	one := Window{IH: w.IH, IW: w.IW, KH: 1, KW: 1, SH: 1, SW: 1, DH: 1, DW: 1}
	p.direct = groups == 1 && s == spread{1, 1} && w == one && g.contiguous()
	if p.direct { // pixels as the rows of one matrix
		p.n, p.oh, p.ow = 1, n*p.oh*p.ow, 1
		p.grid = dense(p.oh, p.ow)
		p.band = min(directBand, max(24, p.oh/enoughTasks/24*24))
	} else {
		p.cols = (p.ow-1)*w.SW + (w.KW-1)*w.DW + 1
		p.band = bandRows(n*groups, p.oh, p.ow, p.cols*ic/groups, w)
	}
	p.band = min(p.band, p.oh)
	p.bands = (p.oh + p.band - 1) / p.band
	p.tables()
	last := p.rows[:(p.oh-(p.bands-1)*p.band)*p.ow]
	p.lastRows = k.padRows(slices.Clone(last))
	p.lineRows = k.padRows(slices.Clone(p.rows[:p.ow]))
	p.rows = k.padRows(p.rows)
	return p
}

// bandRows chooses how many output rows a task has.
func bandRows(images, oh, ow, lineFloats int, w Window) int {
	rows := max(1, bandPixels/ow)
	fit := (bandFloats/lineFloats - (w.KH-1)*w.DH - 1) / w.SH
	rows = min(rows, max(1, fit))
	if images < enoughTasks {
		rows = min(rows, max(1, oh*images/enoughTasks))
	}
	return rows
}

// tables fills in the offsets.
func (p *sweep) tables() {
	w, c := p.win, p.ic/p.groups
	p.rows = make([]int, p.band*p.ow)
	if p.direct {
		for i := range p.rows {
			p.rows[i] = i * c
		}
		p.segs, p.klen = []int{0}, c
		return
	}
	for i := range p.rows {
		p.rows[i] = (i/p.ow*w.SH*p.cols + i%p.ow*w.SW) * c
	}
	p.segs, p.klen = w.segments(p.cols, c)
	p.scratch = p.lines(p.band) * p.cols * c
}

// segments lists the offsets of the runs of taps that are contiguous in an image of so many columns and channels, in
// the order ky, kx, and their length in floats.
func (w Window) segments(cols, c int) (offsets []int, length int) {
	for ky := range w.KH {
		line := ky * w.DH * cols * c
		if w.DW == 1 {
			offsets = append(offsets, line)
			continue
		}
		for kx := range w.KW {
			offsets = append(offsets, line+kx*w.DW*c)
		}
	}
	if w.DW == 1 {
		return offsets, w.KW * c
	}
	return offsets, c
}

// lines returns how many input rows so many output rows see.
func (p *sweep) lines(rows int) int { return (rows-1)*p.win.SH + (p.win.KH-1)*p.win.DH + 1 }

func (p *sweep) tasks() int { return p.n * p.groups * p.bands }

// panels returns the number of panels of the packed weights, all groups together.
func (p *sweep) panels(k *gemmKernel) int { return p.groups * ((p.oc/p.groups + k.nr - 1) / k.nr) }

// packed returns the floats of the packed weights.
func (p *sweep) packed(k *gemmKernel) int {
	return p.groups * k.packedWidth(p.oc/p.groups) * len(p.segs) * p.klen
}

// locate returns the group of a panel, its first column there, its number of columns, and where its packed weights begin.
func (p *sweep) locate(panel int, k *gemmKernel) (group, column, cols, at int) {
	ocg := p.oc / p.groups
	perGroup := (ocg + k.nr - 1) / k.nr
	group, column = panel/perGroup, panel%perGroup*k.nr
	at = (group*k.packedWidth(ocg) + column) * len(p.segs) * p.klen
	return group, column, min(k.nr, ocg-column), at
}

// run computes the output rows of a task.
func (p *sweep) run(task int, k *gemmKernel, accumulate bool, x, packed, y, scratch []float32) {
	image, group, first := task/(p.groups*p.bands), task/p.bands%p.groups, task%p.bands*p.band
	count := min(p.band, p.oh-first)
	t := tile{segs: p.segs, klen: p.klen, step: 1, ldc: p.oc * p.grid.sw, load: accumulate}
	spare, scratch := scratch[:maxTile], scratch[maxTile:]
	t.a = p.input(image, group, first, count, x, scratch)
	y = y[image*p.grid.h*p.grid.w*p.oc:][:p.grid.h*p.grid.w*p.oc]
	ocg := p.oc / p.groups
	perGroup := (ocg + k.nr - 1) / k.nr
	for panel := group * perGroup; panel < (group+1)*perGroup; panel++ {
		_, column, cols, at := p.locate(panel, k)
		t.b = packed[at:]
		p.multiply(t, k, first, count, cols, y[group*ocg+column:], spare)
	}
}

// multiply computes cols channels of count output rows from first on: as one block where the pixels follow each other,
// else row by row.
func (p *sweep) multiply(t tile, k *gemmKernel, first, count, cols int, y, spare []float32) {
	if p.grid.contiguous() {
		rows := p.rows
		if count < p.band {
			rows = p.lastRows
		}
		k.multiply(t, count*p.ow, cols, rows, y[first*p.ow*p.oc:], spare)
		return
	}
	a := t.a
	for r := range count {
		t.a = a[r*p.win.SH*p.cols*p.ic/p.groups:]
		at := ((first+r)*p.grid.sh+p.grid.y)*p.grid.w + p.grid.x
		k.multiply(t, p.ow, cols, p.lineRows, y[at*p.oc:], spare)
	}
}

// input returns the pixels that count output rows from first on see, copied to scratch unless they can be read in place.
func (p *sweep) input(image, group, first, count int, x, scratch []float32) []float32 {
	w, c := p.win, p.ic/p.groups
	if p.direct {
		return x[first*c:][:count*c]
	}
	lines := p.lines(count)
	scratch = scratch[:lines*p.cols*c]
	ih, iw := (w.IH-1)/p.spread.h+1, (w.IW-1)/p.spread.w+1 // before spreading
	copyBand(ih, iw, c, p.ic, p.spread, first*w.SH-w.PT, -w.PL, lines, p.cols, x[image*ih*iw*p.ic+group*c:], scratch)
	return scratch
}
