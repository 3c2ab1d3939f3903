package kernels

import "fmt"

var (
	dwApply  = newFamily("dwApply", dwApplyGeneric)
	dwWeight = newFamily("dwWeight", dwWeightGeneric)
)

// A DWConv is a depthwise convolution of N images of C channels: every channel has a filter of its own.
//
// Images are [N, H, W, C], weights [KH, KW, C]. Each direction falls into tasks that depend on the shape alone and can
// run in any order and at once; one takes some tens of microseconds. An output is one chain of fused multiply-adds
// over the taps, row by row; padding takes part in it as zeros.
type DWConv struct {
	N, C int
	Window
	forward, gradInput dwTasks
	chunks, perChunk   int // the gradient of the weights: chunks, and bands in one
}

// NewDWConv plans the convolution. It panics if the window is impossible (see Window.Check) or n or c is below 1.
func NewDWConv(n, c int, w Window) *DWConv {
	if err := w.Check(); err != nil {
		panic("kernels: NewDWConv: " + err.Error())
	}
	if n < 1 || c < 1 {
		panic(fmt.Sprintf("kernels: NewDWConv: %d images of %d channels", n, c))
	}
	d := &DWConv{N: n, C: c, Window: w}
	taps := w.KH * w.KW
	d.forward = newDWTasks(n, c, w.OH(), w.OW()*taps, d.inputRows, d.inputCols())
	d.gradInput = newDWTasks(n, c, w.IH, 1+w.OW()*taps*w.OH()/w.IH, d.outputRows, d.outputCols())
	d.planChunks()
	return d
}

// inputRows returns how many rows of input the windows of so many rows of output span.
func (d *DWConv) inputRows(rows int) int { return (rows-1)*d.SH + (d.KH-1)*d.DH + 1 }

func (d *DWConv) inputCols() int { return (d.OW()-1)*d.SW + (d.KW-1)*d.DW + 1 }

// ForwardTasks returns the number of tasks of Forward.
func (d *DWConv) ForwardTasks() int { return d.forward.count() }

// ForwardScratch returns how many floats a worker of Forward needs.
func (d *DWConv) ForwardScratch() int { return d.forward.scratch }

// Forward computes a part of the output y [N, OH, OW, C] from x [N, IH, IW, C] and the weights w [KH, KW, C].
func (d *DWConv) Forward(task int, x, w, y, scratch []float32) {
	begin, end, _ := d.ForwardPixels(task)
	d.ForwardOf(task, Floats(x[:d.N*d.IH*d.IW*d.C]), w, y[begin*d.C:end*d.C], scratch)
}

// ForwardOf is Forward of an x that may be stored; y are the pixels of the task alone.
func (d *DWConv) ForwardOf(task int, x Numbers, w, y, scratch []float32) {
	w = w[:d.KH*d.KW*d.C]
	t := d.forward.at(task)
	d.copyInput(t, x, scratch)
	dwApply.fn(d.band(t), t.c, false, scratch, w[t.c0:], y[t.c0:])
}

// ForwardChannels returns the range of channels that a task of Forward computes.
func (d *DWConv) ForwardChannels(task int) (begin, end int) { return d.forward.channels(task) }

// GradInputChannels is ForwardChannels for GradInput.
func (d *DWConv) GradInputChannels(task int) (begin, end int) { return d.gradInput.channels(task) }

// ForwardPixels returns the range of pixels of y, of all images together, that a task of Forward computes; ok says that it
// computes all their channels.
func (d *DWConv) ForwardPixels(task int) (begin, end int, ok bool) {
	return d.forward.pixels(task, d.OW())
}

// GradInputPixels is ForwardPixels for dx and GradInput.
func (d *DWConv) GradInputPixels(task int) (begin, end int, ok bool) {
	return d.gradInput.pixels(task, d.IW)
}

// band describes the outputs of a task over the input that copyInput has laid out.
func (d *DWConv) band(t dwTask) dwBand {
	line := d.inputCols() * t.c
	return dwBand{
		rows: t.rows, cols: d.OW(), kh: d.KH, kw: d.KW,
		xRow: d.SH * line, xCol: d.SW * t.c, xTapRow: d.DH * line, xTapCol: d.DW * t.c,
		wTapRow: d.KW * d.C, wTapCol: d.C,
		yRow: d.OW() * d.C, yCol: d.C,
	}
}

// copyInput copies the padded input of a task to scratch: [rows, cols, t.c].
func (d *DWConv) copyInput(t dwTask, x Numbers, scratch []float32) {
	rows, cols := d.inputRows(t.rows), d.inputCols()
	x.from(t.n*d.IH*d.IW*d.C+t.c0).band(d.IH, d.IW, t.c, d.C, spread{1, 1}, t.row0*d.SH-d.PT, -d.PL, rows, cols, scratch)
}

// A dwBand is a rectangle of outputs as the implementations see it; strides count floats. Output (r, q) and tap
// (i, j) meet x at r*xRow + q*xCol + i*xTapRow + j*xTapCol, the weights at w0 + i*wTapRow + j*wTapCol and y at
// r*yRow + q*yCol; channels follow one another.
type dwBand struct {
	rows, cols, kh, kw           int
	xRow, xCol, xTapRow, xTapCol int
	w0, wTapRow, wTapCol         int
	yRow, yCol                   int
}

// dwTasks splits an output into images, blocks of channels and bands of rows.
type dwTasks struct {
	n, c, rows   int // of the whole
	blockC, band int // of one task, at most
	scratch      int
}

// The largest task, in products and in floats of scratch: a part of the second-level cache.
const (
	dwProducts = 1 << 19
	dwScratch  = 1 << 17
	dwLanes    = 16 // blocks of channels are multiples of it
)

// newDWTasks splits rows of output. A row takes so many products a channel; a band of r rows reads inRows(r) rows of
// cols pixels. All channels together are best, as whole rows are copied fastest, unless the bands become so narrow
// that more than a third of what they read is read by their neighbours too.
func newDWTasks(n, c, rows, products int, inRows func(int) int, cols int) dwTasks {
	vectors, band := dwCeilDiv(c, dwLanes), 1
	for ; ; vectors-- {
		fits := func(band int) bool {
			floats := dwLanes * vectors * inRows(band) * cols
			return dwLanes*vectors*band*products <= dwProducts && floats <= dwScratch
		}
		for band < rows && fits(band+1) {
			band++
		}
		own := inRows(band+1) - inRows(1)
		if vectors == 1 || fits(band) && (band == rows || 2*inRows(band) <= 3*own) {
			break
		}
	}
	t := dwTasks{n: n, c: c, rows: rows}
	t.band = dwCeilDiv(rows, dwCeilDiv(rows, band))
	t.blockC = dwLanes * dwCeilDiv(dwCeilDiv(c, dwLanes), dwCeilDiv(dwCeilDiv(c, dwLanes), vectors))
	t.scratch = min(t.blockC, c) * inRows(t.band) * cols
	return t
}

func (t dwTasks) bands() int  { return dwCeilDiv(t.rows, t.band) }
func (t dwTasks) blocks() int { return dwCeilDiv(t.c, t.blockC) }
func (t dwTasks) count() int  { return t.n * t.bands() * t.blocks() }

// A dwTask is some rows and channels of one image.
type dwTask struct{ n, row0, rows, c0, c int }

func (t dwTasks) at(task int) dwTask {
	block, band := task%t.blocks(), task/t.blocks()
	row0, c0 := band%t.bands()*t.band, block*t.blockC
	return dwTask{
		n: band / t.bands(), row0: row0, rows: min(t.band, t.rows-row0),
		c0: c0, c: min(t.blockC, t.c-c0),
	}
}

// pixels returns the range of pixels of a task, with rows of so many, and whether it has all channels.
func (t dwTasks) pixels(task, cols int) (begin, end int, ok bool) {
	p := t.at(task)
	begin = (p.n*t.rows + p.row0) * cols
	return begin, begin + p.rows*cols, p.c == t.c
}

// channels returns the range of channels of a task.
func (t dwTasks) channels(task int) (begin, end int) {
	p := t.at(task)
	return p.c0, p.c0 + p.c
}

// dwCeilDiv returns a/b rounded up, for b > 0 and any a.
func dwCeilDiv(a, b int) int { return -dwFloorDiv(-a, b) }

// dwFloorDiv returns a/b rounded down, for b > 0 and any a.
func dwFloorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
