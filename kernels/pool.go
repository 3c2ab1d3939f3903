package kernels

import (
	"fmt"
	"math"
)

var (
	poolMax     = newFamily("poolMax", poolMaxGeneric)
	poolMaxGrad = newFamily("poolMaxGrad", poolMaxGradGeneric)
)

// A Pool slides a window over N images of C channels and takes the maximum or the average of every channel.
//
// Images are [N, H, W, C]. Both directions fall into tasks that depend on the shape alone and can run in any order
// and at once.
type Pool struct {
	N, C int
	Window
	band, gradBand int // rows of a task
}

// poolElements is about what a task looks at.
const poolElements = 1 << 17

// NewPool plans the pooling. It panics if the window is impossible (see Window.Check) or n or c is below 1.
func NewPool(n, c int, w Window) *Pool {
	if err := w.Check(); err != nil {
		panic("kernels: NewPool: " + err.Error())
	}
	if n < 1 || c < 1 {
		panic(fmt.Sprintf("kernels: NewPool: %d images of %d channels", n, c))
	}
	p := &Pool{N: n, C: c, Window: w}
	p.band = min(w.OH(), max(1, poolElements/(w.OW()*c*w.KH*w.KW)))
	p.gradBand = min(w.IH, p.band*w.SH)
	return p
}

// Tasks returns the number of tasks of Max and Average.
func (p *Pool) Tasks() int { return p.N * dwCeilDiv(p.OH(), p.band) }

// GradTasks returns the number of tasks of MaxGrad and AverageGrad.
func (p *Pool) GradTasks() int { return p.N * dwCeilDiv(p.IH, p.gradBand) }

// Max computes a part of y [N, OH, OW, C], the maxima of x [N, IH, IW, C]. Padding counts as -Inf, and one NaN makes
// the maximum NaN.
func (p *Pool) Max(task int, x, y []float32) {
	p.forward(task, x, y, func(image []float32, at poolWindow, y []float32) {
		if at.rows*at.cols > 0 {
			copy(y, image[(at.y*p.IW+at.x)*p.C:])
		} else {
			poolFill(y, float32(math.Inf(-1)))
		}
		p.fold(image, at, y, poolMax.fn)
	})
}

// Average computes a part of y [N, OH, OW, C], the averages of x [N, IH, IW, C]: the sum of a window's pixels, row by
// row, divided by their number. Pixels of the padding are counted, as zeros, only if countPadding is set.
func (p *Pool) Average(task int, countPadding bool, x, y []float32) {
	p.forward(task, x, y, func(image []float32, at poolWindow, y []float32) {
		clear(y)
		p.fold(image, at, y, channelSums.fn)
		poolDivide(y, y, p.count(at, countPadding))
	})
}

// GradScratch returns how many floats a worker of MaxGrad or AverageGrad needs.
func (p *Pool) GradScratch() int { return (1 + p.KW) * p.C }

// MaxGrad adds the gradient dy [N, OH, OW, C] of Max to a part of dx [N, IH, IW, C], at the first pixel of every
// window that equals its maximum in y [N, OH, OW, C]; without accumulate dx starts from zero.
func (p *Pool) MaxGrad(task int, accumulate bool, x, y, dy, dx, scratch []float32) {
	x, y = x[:p.N*p.IH*p.IW*p.C], y[:p.N*p.OH()*p.OW()*p.C]
	rest, sink := scratch[:p.C], scratch[p.C:][:p.KW*p.C]
	p.backward(task, accumulate, dy, dx, func(t poolRows, out int, at poolWindow, dy, dx []float32) {
		copy(rest, dy)
		image, y := x[t.n*p.IH*p.IW*p.C:], y[out:][:p.C]
		p.eachRun(at, func(row, cols, i int) {
			switch {
			case row < t.begin: // another task's, but the maximum may be there
				poolMaxGrad.fn(cols, p.C, image[i:], y, rest, sink)
			case row < t.end:
				poolMaxGrad.fn(cols, p.C, image[i:], y, rest, dx[i:])
			}
		})
	})
}

// AverageGrad adds the gradient dy [N, OH, OW, C] of Average to a part of dx [N, IH, IW, C]; without accumulate dx
// starts from zero.
func (p *Pool) AverageGrad(task int, countPadding, accumulate bool, dy, dx, scratch []float32) {
	share := scratch[:p.C]
	p.backward(task, accumulate, dy, dx, func(t poolRows, _ int, at poolWindow, dy, dx []float32) {
		poolDivide(dy, share, p.count(at, countPadding))
		p.eachRun(at, func(row, cols, i int) {
			if row >= t.begin && row < t.end {
				channelAdd.fn(cols, p.C, share, dx[i:])
			}
		})
	})
}

// A poolWindow is the part of a window that lies inside the image: its first pixel and how many taps.
type poolWindow struct{ y, x, rows, cols int }

func (p *Pool) window(oy, ox int) (w poolWindow) {
	w.y, w.rows = poolSpan(oy*p.SH-p.PT, p.KH, p.DH, p.IH)
	w.x, w.cols = poolSpan(ox*p.SW-p.PL, p.KW, p.DW, p.IW)
	return w
}

// poolSpan returns the first of k taps, begun at at and so far apart, that lies in [0, size), and how many do.
func poolSpan(at, k, dilation, size int) (first, n int) {
	skip := max(0, dwCeilDiv(-at, dilation))
	first = at + skip*dilation
	return first, max(0, min(k-skip, dwCeilDiv(size-first, dilation)))
}

// count returns what an average over the window is divided by; an empty one is zero.
func (p *Pool) count(at poolWindow, countPadding bool) float32 {
	if countPadding {
		return float32(p.KH * p.KW)
	}
	return float32(max(1, at.rows*at.cols))
}

// forward calls pool for every output of a task.
func (p *Pool) forward(task int, x, y []float32, pool func(image []float32, at poolWindow, y []float32)) {
	oh, ow, size := p.OH(), p.OW(), p.IH*p.IW*p.C
	x, y = x[:p.N*size], y[:p.N*oh*ow*p.C]
	bands := dwCeilDiv(oh, p.band)
	n, row0 := task/bands, task%bands*p.band
	for oy := row0; oy < min(oh, row0+p.band); oy++ {
		for ox := range ow {
			pool(x[n*size:][:size], p.window(oy, ox), y[((n*oh+oy)*ow+ox)*p.C:][:p.C])
		}
	}
}

// poolRows is the part of image n's dx that a task writes.
type poolRows struct{ n, begin, end int }

// backward calls spread for every output that a task's rows of dx take part in, out being its place in y.
func (p *Pool) backward(task int, accumulate bool, dy, dx []float32,
	spread func(t poolRows, out int, at poolWindow, dy, dx []float32)) {
	oh, ow, size := p.OH(), p.OW(), p.IH*p.IW*p.C
	dy, dx = dy[:p.N*oh*ow*p.C], dx[:p.N*size]
	bands := dwCeilDiv(p.IH, p.gradBand)
	t := poolRows{n: task / bands, begin: task % bands * p.gradBand}
	t.end = min(p.IH, t.begin+p.gradBand)
	dx = dx[t.n*size:][:size]
	if !accumulate {
		clear(dx[t.begin*p.IW*p.C : t.end*p.IW*p.C])
	}
	first := max(0, dwCeilDiv(t.begin+p.PT-(p.KH-1)*p.DH, p.SH))
	for oy := first; oy < min(oh, (t.end-1+p.PT)/p.SH+1); oy++ {
		for ox := range ow {
			out := ((t.n*oh+oy)*ow + ox) * p.C
			spread(t, out, p.window(oy, ox), dy[out:][:p.C], dx)
		}
	}
}

// fold applies f to the pixels of a window.
func (p *Pool) fold(image []float32, at poolWindow, y []float32, f func(rows, c int, x, y []float32)) {
	p.eachRun(at, func(_, cols, i int) { f(cols, p.C, image[i:], y) })
}

// eachRun visits the pixels of a window in runs of neighbours: in which row of the image, how many, and where the
// first begins.
func (p *Pool) eachRun(at poolWindow, visit func(row, cols, i int)) {
	runs, cols := 1, at.cols
	if p.DW > 1 {
		runs, cols = at.cols, 1
	}
	for r := range at.rows {
		row := at.y + r*p.DH
		for q := range runs {
			visit(row, cols, (row*p.IW+at.x+q*p.DW)*p.C)
		}
	}
}

func poolFill(y []float32, v float32) {
	for j := range y {
		y[j] = v
	}
}

func poolDivide(x, y []float32, by float32) {
	for j, v := range x {
		y[j] = v / by
	}
}
