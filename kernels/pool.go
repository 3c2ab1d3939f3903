package kernels

import (
	"fmt"
	"math"
)

// poolMax takes the maximum of y and every row of x, rows×c; the earlier one of equals, and NaN for good.
var poolMax = newFamily(poolMaxGeneric)

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
		for j := range y {
			y[j] = float32(math.Inf(-1))
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
		count := p.count(at, countPadding)
		for j := range y {
			y[j] /= count
		}
	})
}

// MaxGrad adds the gradient dy [N, OH, OW, C] of Max to a part of dx [N, IH, IW, C], at the first maximum of every
// window; without accumulate dx starts from zero.
func (p *Pool) MaxGrad(task int, accumulate bool, x, dy, dx []float32) {
	x = x[:p.N*p.IH*p.IW*p.C]
	p.backward(task, accumulate, dy, dx, func(n, begin, end int, at poolWindow, dy, dx []float32) {
		image := x[n*p.IH*p.IW*p.C:]
		for j, g := range dy {
			if i := p.argmax(image, at, j); i >= begin && i < end {
				dx[i] += g
			}
		}
	})
}

// AverageGrad adds the gradient dy [N, OH, OW, C] of Average to a part of dx [N, IH, IW, C]; without accumulate dx
// starts from zero.
func (p *Pool) AverageGrad(task int, countPadding, accumulate bool, dy, dx []float32) {
	p.backward(task, accumulate, dy, dx, func(_, begin, end int, at poolWindow, dy, dx []float32) {
		count := p.count(at, countPadding)
		for tap := range at.rows * at.cols {
			i := p.pixel(at, tap)
			if i < begin || i >= end {
				continue
			}
			dx := dx[i:][:p.C]
			for j, g := range dy {
				dx[j] += g / count
			}
		}
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

// pixel returns where a tap of the window begins in the image.
func (p *Pool) pixel(at poolWindow, tap int) int {
	return ((at.y+tap/at.cols*p.DH)*p.IW + at.x + tap%at.cols*p.DW) * p.C
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

// backward calls spread for every output that a task's rows of dx are part of; these are dx[begin:end] of the image.
func (p *Pool) backward(task int, accumulate bool, dy, dx []float32,
	spread func(n, begin, end int, at poolWindow, dy, dx []float32)) {
	oh, ow, size := p.OH(), p.OW(), p.IH*p.IW*p.C
	dy, dx = dy[:p.N*oh*ow*p.C], dx[:p.N*size]
	bands := dwCeilDiv(p.IH, p.gradBand)
	n, row0 := task/bands, task%bands*p.gradBand
	row1 := min(p.IH, row0+p.gradBand)
	begin, end := row0*p.IW*p.C, row1*p.IW*p.C
	dx = dx[n*size:][:size]
	if !accumulate {
		clear(dx[begin:end])
	}
	oy0 := max(0, dwCeilDiv(row0+p.PT-(p.KH-1)*p.DH, p.SH))
	for oy := oy0; oy < min(oh, (row1-1+p.PT)/p.SH+1); oy++ {
		for ox := range ow {
			spread(n, begin, end, p.window(oy, ox), dy[((n*oh+oy)*ow+ox)*p.C:][:p.C], dx)
		}
	}
}

// fold applies f to the rows of a window.
func (p *Pool) fold(image []float32, at poolWindow, y []float32, f func(rows, c int, x, y []float32)) {
	if p.DW > 1 {
		for tap := range at.rows * at.cols {
			f(1, p.C, image[p.pixel(at, tap):], y)
		}
		return
	}
	for r := range at.rows {
		f(at.cols, p.C, image[((at.y+r*p.DH)*p.IW+at.x)*p.C:], y)
	}
}

// argmax returns the place of channel j's first maximum in a window, -1 if that is empty.
func (p *Pool) argmax(image []float32, at poolWindow, j int) int {
	best, where := float32(math.Inf(-1)), -1
	for r := range at.rows {
		i := ((at.y+r*p.DH)*p.IW+at.x)*p.C + j
		for range at.cols {
			if v := image[i]; where < 0 || v > best || v != v && best == best {
				best, where = v, i
			}
			i += p.DW * p.C
		}
	}
	return where
}
