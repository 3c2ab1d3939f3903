package kernels

// outputRows returns how many rows of output a band of so many rows of input can have taken part in.
func (d *DWConv) outputRows(rows int) int { return (rows-1+(d.KH-1)*d.DH)/d.SH + 1 }

func (d *DWConv) outputCols() int { return (d.IW-1+(d.KW-1)*d.DW)/d.SW + 1 }

// GradInputTasks returns the number of tasks of GradInput.
func (d *DWConv) GradInputTasks() int { return d.gradInput.count() }

// GradInputScratch returns how many floats a worker of GradInput needs.
func (d *DWConv) GradInputScratch() int { return d.gradInput.scratch }

// GradInput computes a part of the input's gradient dx [N, IH, IW, C] from that of the output dy [N, OH, OW, C] and
// the weights w [KH, KW, C], or adds it to dx if accumulate is set.
//
// Every input gathers the outputs it took part in, in their order, so that the taps run backwards. Inputs of the same
// phase, the remainder by the stride, meet the same taps and form a convolution of stride 1 of their own.
func (d *DWConv) GradInput(task int, accumulate bool, dy, w, dx, scratch []float32) {
	begin, end, _ := d.GradInputPixels(task)
	d.GradInputOf(task, accumulate, Floats(dy[:d.N*d.OH()*d.OW()*d.C]), w, dx[begin*d.C:end*d.C], scratch)
}

// GradInputOf is GradInput of a dy that may be stored; dx are the pixels of the task alone.
func (d *DWConv) GradInputOf(task int, accumulate bool, dy Numbers, w, dx, scratch []float32) {
	oh, ow := d.OH(), d.OW()
	w = w[:d.KH*d.KW*d.C]
	t := d.gradInput.at(task)
	y0, x0 := dwCeilDiv(t.row0+d.PT-(d.KH-1)*d.DH, d.SH), dwCeilDiv(d.PL-(d.KW-1)*d.DW, d.SW)
	cols := d.outputCols()
	dy.from(t.n*oh*ow*d.C+t.c0).band(oh, ow, t.c, d.C, spread{1, 1}, y0, x0, d.outputRows(t.rows), cols, scratch)

	w, dx = w[t.c0:], dx[t.c0:]
	for r := range min(d.SH, t.rows) {
		v := newDWPhase(t.row0+r+d.PT, d.KH, d.SH, d.DH)
		for q := range min(d.SW, d.IW) {
			h := newDWPhase(q+d.PL, d.KW, d.SW, d.DW)
			b := dwBand{
				rows: dwCeilDiv(t.rows-r, d.SH), cols: dwCeilDiv(d.IW-q, d.SW), kh: v.taps, kw: h.taps,
				xRow: cols * t.c, xCol: t.c, xTapRow: v.step * cols * t.c, xTapCol: h.step * t.c,
				w0: (v.tap*d.KW + h.tap) * d.C, wTapRow: -v.tapStep * d.KW * d.C, wTapCol: -h.tapStep * d.C,
				yRow: d.SH * d.IW * d.C, yCol: d.SW * d.C,
			}
			part := dx[(r*d.IW+q)*d.C:]
			if v.taps == 0 || h.taps == 0 {
				b.clear(t.c, accumulate, part)
				continue
			}
			dwApply.fn(b, t.c, accumulate, scratch[((v.first-y0)*cols+h.first-x0)*t.c:], w, part)
		}
	}
}

// clear writes the gradient of inputs that no window covers.
func (b *dwBand) clear(c int, accumulate bool, y []float32) {
	if accumulate {
		return
	}
	for r := range b.rows {
		for q := range b.cols {
			clear(y[r*b.yRow+q*b.yCol:][:c])
		}
	}
}

// A dwPhase says, along one axis, which outputs an input took part in: first, first+step, … by the taps tap,
// tap-tapStep, …
type dwPhase struct{ taps, tap, tapStep, first, step int }

// newDWPhase solves output*stride + tap*dilation = at, at being the input's place in the padded image.
func newDWPhase(at, k, stride, dilation int) dwPhase {
	p := dwPhase{tapStep: 1}
	for p.tapStep*dilation%stride != 0 {
		p.tapStep++
	}
	p.step = p.tapStep * dilation / stride
	for tap := k - 1; tap >= 0; tap-- {
		if (at-tap*dilation)%stride != 0 {
			continue
		}
		if p.taps == 0 {
			p.tap, p.first = tap, (at-tap*dilation)/stride
		}
		p.taps++
	}
	return p
}
