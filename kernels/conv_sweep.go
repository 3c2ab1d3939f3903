package kernels

import "slices"

// A sweep is a convolution from one image to another as products of tiles. A task is a band of output rows of one
// image and group: the rows of the input that it sees are copied to scratch with their padding (they stay in the
// second-level cache), where the pixels under any tap lie at fixed distances, and then multiplied by every panel of
// the weights, or by those of its part. A 1×1 window of stride 1 reads its input where it lies.
type sweep struct {
	n, ic, oc, groups int
	win               Window
	spread            spread
	direct            bool
	oh, ow            int
	grid              grid
	band, bands       int   // output rows of a task; tasks of an image and group
	parts             int   // that the panels are cut into, each with tasks of its own for all bands
	cols              int   // pixels of a row in scratch
	rows, lastRows    []int // offsets in scratch of the first tap of each output pixel of a task, of the last task
	line              []int // the same of one output row
	segs              []int // offsets of each segment of taps
	klen              int   // floats of a segment
	scratch           int
	tiling            *tiling // unless nil, the pixels are computed by tiles
	gather            bool    // the pixels of a small image, of whose enlargement x is
}

// A grid says which pixels of an image a sweep computes: (oy*sh + y, ox*sw + x) of h×w.
type grid struct{ h, w, sh, sw, y, x int }

// dense is the grid of all pixels.
func dense(h, w int) grid { return grid{h, w, 1, 1, 0, 0} }

// contiguous reports whether the pixels of rows of the sweep follow each other.
func (g grid) contiguous() bool { return g.sh == 1 && g.sw == 1 }

// A cut says what tasks aim at: so many pixels, to reuse a panel of weights, and so many tasks, to keep cores busy. More
// tasks than that would read the weights more often. The rows of a matrix in a task are a multiple of rows and at most
// mostRows. Scaled means that channels are scaled image by image, rounded that operands are.
type cut struct {
	pixels, tasks  int
	rows, mostRows int
	scaled         bool
	rounded        bool
}

// usualCut makes the rows of a matrix a multiple of every mr.
var usualCut = cut{pixels: 2048, tasks: 8, rows: 24, mostRows: 240}

// bandFloats is the most of a band: it fits the second-level cache.
const bandFloats = 96 << 10

// newSweep prepares a sweep over the window that computes the pixels of g.
func newSweep(k *gemmKernel, n, ic, oc, groups int, w Window, s spread, g grid, to cut) sweep {
	p := sweep{n: n, ic: ic, oc: oc, groups: groups, win: w, spread: s, grid: g, oh: w.OH(), ow: w.OW()}
	one := Window{IH: w.IH, IW: w.IW, KH: 1, KW: 1, SH: 1, SW: 1, DH: 1, DW: 1}
	p.direct = groups == 1 && s == spread{1, 1} && w == one && g.contiguous()
	taps := w.KH * w.KW
	if p.tileable(to) {
		taps = winograd.values
	}
	to = p.divide(taps, to)
	switch {
	case p.direct && to.scaled: // the pixels of an image as the rows of a matrix, scaled on their way to scratch
		p.oh, p.ow = p.oh*p.ow, 1
		p.grid = dense(p.oh, p.ow)
		p.band = to.matrix(bandFloats / ic)
	case p.direct: // the pixels of all images as the rows of one matrix
		p.n, p.oh, p.ow = 1, n*p.oh*p.ow, 1
		p.grid = dense(p.oh, p.ow)
		p.band = to.matrix(p.oh / to.tasks)
	default:
		p.cols = (p.ow-1)*w.SW + (w.KW-1)*w.DW + 1
		p.band = to.lines(n*groups, p.oh, p.ow, p.cols*ic/groups, w)
	}
	p.band = min(p.band, p.oh)
	p.tables(k)
	if p.direct && to.scaled {
		p.scratch = p.band * ic
	}
	return p
}

// Panels are cut into two parts where the packed weights are at least so many, and at least as many as the input, or twice that if it
// is copied or transformed for each part. A core then multiplies by the weights that it packed, where it would read half of them from
// the other's cache, and as bands are twice as large, reads them half as often. That it reads all of the input costs less.
const (
	partsWeights = 64 << 10
	partsColumns = 64
)

// divide decides whether the panels are cut, with so many packed weights for a pair of channels, and returns what tasks then aim at.
func (p *sweep) divide(taps int, to cut) cut {
	p.parts = 1
	weights, input := taps*p.ic*p.oc, p.n*p.win.IH*p.win.IW*p.ic
	if taps > 1 {
		input *= 2
	}
	if p.groups == 1 && p.grid.contiguous() && to.tasks > 1 && !to.rounded && p.oc >= partsColumns && weights >= max(partsWeights, input) {
		p.parts = 2
		to.tasks /= p.parts
	}
	return to
}

// matrix chooses how many rows of a matrix a task has: about so many.
func (to cut) matrix(rows int) int { return min(to.mostRows, max(to.rows, rows/to.rows*to.rows)) }

// lines chooses how many output rows a task has.
func (to cut) lines(images, oh, ow, lineFloats int, w Window) int {
	rows := max(1, to.pixels/ow)
	fit := (bandFloats/lineFloats - (w.KH-1)*w.DH - 1) / w.SH
	rows = min(rows, max(1, fit))
	if images < to.tasks {
		rows = min(rows, max(1, oh*images/to.tasks))
	}
	return rows
}

// tables fills in the number of tasks and the offsets in scratch, for the band and the columns there are.
func (p *sweep) tables(k *gemmKernel) {
	w, c := p.win, p.ic/p.groups
	p.bands = (p.oh + p.band - 1) / p.band
	rows := make([]int, p.band*p.ow)
	for i := range rows {
		rows[i] = (i/p.ow*w.SH*p.cols + i%p.ow*w.SW) * c
		if p.direct {
			rows[i] = i * c
		}
	}
	last := (p.oh - (p.bands-1)*p.band) * p.ow
	p.line = k.padRows(slices.Clone(rows[:p.ow]))
	p.lastRows = k.padRows(slices.Clone(rows[:last]))
	p.rows = k.padRows(rows)
	if p.direct {
		p.segs, p.klen = []int{0}, c
		return
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

func (p *sweep) tasks() int { return p.parts * p.allBands() }

// allBands returns the bands of all images and groups.
func (p *sweep) allBands() int { return p.n * p.groups * p.bands }

// panels returns the number of panels of the packed weights, all groups together.
func (p *sweep) panels(k *gemmKernel) int { return p.groups * ((p.oc/p.groups + k.nr - 1) / k.nr) }

// packed returns the floats of the packed weights.
func (p *sweep) packed(k *gemmKernel) int {
	return p.groups * k.packedWidth(p.oc/p.groups) * p.depth()
}

// depth returns the packed weights of a column.
func (p *sweep) depth() int {
	if p.tiling != nil {
		return p.tiling.values * p.ic
	}
	return len(p.segs) * p.klen
}

// locate returns the group of a panel, its first column there, its number of columns, and where its packed weights begin.
func (p *sweep) locate(panel int, k *gemmKernel) (group, column, cols, at int) {
	ocg := p.oc / p.groups
	perGroup := (ocg + k.nr - 1) / k.nr
	group, column = panel/perGroup, panel%perGroup*k.nr
	at = (group*k.packedWidth(ocg) + column) * p.depth()
	return group, column, min(k.nr, ocg-column), at
}

// run computes the output rows of a task.
func (p *sweep) run(task int, k *gemmKernel, accumulate bool, x, gain, packed, y, scratch []float32) {
	image, group, first := p.task(task)
	count, part := min(p.band, p.oh-first), task/p.allBands()
	switch {
	case p.gather:
		p.gathered(k, part, image, first, count, accumulate, x, packed, y, scratch)
		return
	case p.tiling != nil:
		p.tiles(k, part, image, first, count, accumulate, x, packed, y, scratch)
		return
	}
	a := p.input(image, group, first, count, Floats(x), gain, scratch[maxTile:])
	p.products(k, part, image, group, first, count, accumulate, a, packed, y, scratch[:maxTile])
}

// task returns the image and the group of a task and its first output row.
func (p *sweep) task(task int) (image, group, first int) {
	task %= p.allBands()
	return task / (p.groups * p.bands), task / p.bands % p.groups, task % p.bands * p.band
}

// panelsOf returns the panels of a part, or of a group.
func (p *sweep) panelsOf(k *gemmKernel, part, group int) (begin, end int) {
	n := p.panels(k)
	if p.groups > 1 {
		return group * n / p.groups, (group + 1) * n / p.groups
	}
	return part * n / p.parts, (part + 1) * n / p.parts
}

// columns returns the columns of y that a task computes, of those of one group.
func (p *sweep) columns(k *gemmKernel, task int) (begin, end int) {
	first, last := p.panelsOf(k, task/p.allBands(), 0)
	return first * k.nr, min(last*k.nr, p.oc/p.groups)
}

// pixels returns the range of pixels that a task computes, of all images together. A sweep over every sh-th row and
// sw-th column is one of several that compute the pixels between with it.
func (p *sweep) pixels(task int) (begin, end int) {
	image, _, first := p.task(task)
	row := func(r int) int { return (image*p.grid.h + min(r*p.grid.sh, p.grid.h)) * p.grid.w }
	return row(first), row(first + p.band)
}

// products computes a part of count output rows of an image and group from first on, whose input lies at a.
func (p *sweep) products(k *gemmKernel, part, image, group, first, count int, accumulate bool, a, packed, y, spare []float32) {
	t := tile{a: a, segs: p.segs, klen: p.klen, step: 1, ldc: p.oc * p.grid.sw, load: accumulate}
	y = y[image*p.grid.h*p.grid.w*p.oc:][:p.grid.h*p.grid.w*p.oc]
	ocg := p.oc / p.groups
	begin, end := p.panelsOf(k, part, group)
	for panel := begin; panel < end; panel++ {
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
		k.multiply(t, p.ow, cols, p.line, y[at*p.oc:], spare)
	}
}

// input returns the pixels that count output rows from first on see, copied to scratch unless they can be read in place.
// Gain, unless it is nil, scales the channels of each image.
func (p *sweep) input(image, group, first, count int, x Numbers, gain, scratch []float32) []float32 {
	w, c := p.win, p.ic/p.groups
	if p.direct {
		at := (image*p.oh + first) * c
		x := x.read(at, at+count*c, scratch)
		if gain == nil {
			return x
		}
		ChannelAffine(count, c, false, x, gain[image*c:], nil, scratch)
		return scratch[:count*c]
	}
	lines := p.lines(count)
	scratch = scratch[:lines*p.cols*c]
	ih, iw := (w.IH-1)/p.spread.h+1, (w.IW-1)/p.spread.w+1 // before spreading
	x.from(image*ih*iw*p.ic+group*c).band(ih, iw, c, p.ic, p.spread, first*w.SH-w.PT, -w.PL, lines, p.cols, scratch)
	if gain != nil {
		ChannelAffine(lines*p.cols, c, false, scratch, gain[image*c:], nil, scratch)
	}
	return scratch
}
