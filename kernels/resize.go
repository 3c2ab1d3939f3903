package kernels

// A Resize maps an image x [IH, IW, C] to y [OH, OW, C] and back, by rows. Pixels of y and of its gradient are LD
// floats apart: C if they stand alone, more if other channels lie between.
type Resize struct{ IH, IW, OH, OW, C, LD int }

// Nearest computes the rows from row0 up to row1 of y: output i of n takes input i*size/n, rounded down. This is
// exact where PyTorch's "nearest" multiplies by a rounded factor; whole factors give the same.
func (r Resize) Nearest(row0, row1 int, x, y []float32) {
	x, y = x[:r.IH*r.IW*r.C], y[:r.outputs()]
	previous := -1
	for oy := row0; oy < row1; oy++ {
		line := y[oy*r.OW*r.LD:]
		iy := oy * r.IH / r.OH
		if iy == previous {
			r.copyLine(y[(oy-1)*r.OW*r.LD:], line)
			continue
		}
		previous = iy
		row := x[iy*r.IW*r.C:][:r.IW*r.C]
		for ox := range r.OW {
			copy(line[ox*r.LD:][:r.C], row[ox*r.IW/r.OW*r.C:])
		}
	}
}

// outputs returns the length of y.
func (r Resize) outputs() int { return (r.OH*r.OW-1)*r.LD + r.C }

// copyLine copies a row of y.
func (r Resize) copyLine(from, to []float32) {
	if r.LD == r.C {
		copy(to[:r.OW*r.C], from)
		return
	}
	for ox := range r.OW {
		copy(to[ox*r.LD:][:r.C], from[ox*r.LD:])
	}
}

// NearestGrad adds the gradient dy of Nearest to the rows from row0 up to row1 of dx: every input sums the outputs
// that took it, in order; without accumulate from zero.
func (r Resize) NearestGrad(row0, row1 int, accumulate bool, dy, dx []float32) {
	dy, dx = dy[:r.outputs()], dx[:r.IH*r.IW*r.C]
	step := 1 // inputs that one call of the kernel sums, all from equally many outputs
	if r.OW%r.IW == 0 {
		step = r.IW
	}
	for iy := row0; iy < row1; iy++ {
		y0, rows := resizeShare(iy, r.IH, r.OH)
		for ix := 0; ix < r.IW; ix += step {
			x0, cols := resizeShare(ix, r.IW, r.OW)
			b := dwBand{
				rows: 1, cols: step, kh: rows, kw: cols,
				xCol: cols * r.LD, xTapRow: r.OW * r.LD, xTapCol: r.LD, yCol: r.C,
			}
			r.sum(b, accumulate, dy, (y0*r.OW+x0)*r.LD, dx[(iy*r.IW+ix)*r.C:])
		}
	}
}

// resizeShare returns the first of n outputs that take input i of size, and how many do.
func resizeShare(i, size, n int) (first, count int) {
	first = dwCeilDiv(i*n, size)
	return first, dwCeilDiv((i+1)*n, size) - first
}

// resizeOnes are weights: a fused multiply-add by one is an addition.
var resizeOnes = func() (ones [256]float32) {
	for i := range ones {
		ones[i] = 1
	}
	return ones
}()

// sum adds up the pixels of dy, from at on, that b names.
func (r Resize) sum(b dwBand, accumulate bool, dy []float32, at int, dx []float32) {
	for c := 0; c < r.C; c += len(resizeOnes) {
		n := min(len(resizeOnes), r.C-c)
		if b.kh*b.kw == 0 {
			b.clear(n, accumulate, dx[c:])
			continue
		}
		dwApply.fn(b, n, accumulate, dy[at+c:], resizeOnes[:], dx[c:])
	}
}

// Bilinear computes the rows from row0 up to row1 of y from the four inputs around each output, as PyTorch's
// interpolate does. Along an axis output i of n lies at
//
//	s = i*((size-1)/(n-1))                    with alignCorners, 0 if n is 1
//	s = max(0, (size/n)*(i + 0.5) - 0.5)      otherwise
//
// between inputs a = ⌊s⌋ and b = min(a+1, size-1), with weights 1-(s-a) and s-a. The value is
// h0*(w0*x[a][a] + w1*x[a][b]) + h1*(w0*x[b][a] + w1*x[b][b]), in float32, every operation rounded.
//
// It needs Scratch floats of scratch.
func (r Resize) Bilinear(row0, row1 int, alignCorners bool, x, y, scratch []float32) {
	x, y = x[:r.IH*r.IW*r.C], y[:r.outputs()]
	for oy := row0; oy < row1; oy++ {
		v := newResizeTap(oy, r.IH, r.OH, alignCorners)
		upper, lower := x[v.a*r.IW*r.C:], x[v.b*r.IW*r.C:]
		for ox := range r.OW {
			h := newResizeTap(ox, r.IW, r.OW, alignCorners)
			x00, x01 := upper[h.a*r.C:][:r.C], upper[h.b*r.C:][:r.C]
			x10, x11 := lower[h.a*r.C:][:r.C], lower[h.b*r.C:][:r.C]
			out := y[(oy*r.OW+ox)*r.LD:][:r.C]
			if r.C >= resizeWide {
				bottom := scratch[:r.C]
				h.blend(x00, x01, out)
				h.blend(x10, x11, bottom)
				v.blend(out, bottom, out)
				continue
			}
			for j := range out {
				top := float32(h.wa*x00[j]) + float32(h.wb*x01[j])
				bottom := float32(h.wa*x10[j]) + float32(h.wb*x11[j])
				out[j] = float32(v.wa*top) + float32(v.wb*bottom)
			}
		}
	}
}

// Scratch returns how many floats Bilinear and BilinearGrad need.
func (r Resize) Scratch() int { return r.C }

// resizeWide is the number of channels from which vectors pay.
const resizeWide = 16

// blend computes y = wa*a + wb*b. y may be a.
func (t resizeTap) blend(a, b, y []float32) {
	elemScale.fn(t.wa, a, y)
	elemAxpy.fn(t.wb, b, y)
}

// BilinearGrad adds the gradient dy of Bilinear to the rows from row0 up to row1 of dx, output after output; without
// accumulate from zero.
func (r Resize) BilinearGrad(row0, row1 int, alignCorners, accumulate bool, dy, dx, scratch []float32) {
	dy, dx, scratch = dy[:r.outputs()], dx[:r.IH*r.IW*r.C], scratch[:r.C]
	for iy := row0; iy < row1; iy++ {
		row := dx[iy*r.IW*r.C:][:r.IW*r.C]
		if !accumulate {
			clear(row)
		}
		for oy := range r.OH {
			v := newResizeTap(oy, r.IH, r.OH, alignCorners)
			if v.a > iy {
				break
			}
			line := dy[oy*r.OW*r.LD:]
			if v.a == iy {
				r.spreadLine(v.wa, alignCorners, line, row, scratch)
			}
			if v.b == iy {
				r.spreadLine(v.wb, alignCorners, line, row, scratch)
			}
		}
	}
}

// spreadLine adds a row of dy, weighted, to the inputs left and right of each output.
func (r Resize) spreadLine(weight float32, alignCorners bool, dy, row, scratch []float32) {
	for ox := range r.OW {
		h := newResizeTap(ox, r.IW, r.OW, alignCorners)
		left, right := row[h.a*r.C:][:r.C], row[h.b*r.C:][:r.C]
		if r.C >= resizeWide {
			elemScale.fn(weight, dy[ox*r.LD:][:r.C], scratch)
			elemAxpy.fn(h.wa, scratch, left)
			elemAxpy.fn(h.wb, scratch, right)
			continue
		}
		for j, g := range dy[ox*r.LD:][:r.C] {
			g = weight * g
			left[j] += float32(h.wa * g)
			right[j] += float32(h.wb * g)
		}
	}
}

// A resizeTap is the two inputs that an output lies between, and their weights.
type resizeTap struct {
	a, b   int
	wa, wb float32
}

func newResizeTap(i, size, n int, alignCorners bool) (t resizeTap) {
	var s float32
	switch {
	case !alignCorners:
		s = max(0, float32(float32(size)/float32(n)*(float32(i)+0.5))-0.5)
	case n > 1:
		s = float32(i) * (float32(size-1) / float32(n-1))
	}
	t.a = min(int(s), size-1)
	t.b = min(t.a+1, size-1)
	t.wb = min(1, s-float32(t.a))
	t.wa = 1 - t.wb
	return t
}
