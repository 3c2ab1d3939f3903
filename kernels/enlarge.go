package kernels

// Enlarging an image twice by nearest neighbour and convolving it with a 3×3 window w, padded by one, is along an axis
//
//	y[2i]   = x[i]·(w0 + w1 + w2) + (x[i-1] - x[i])·w0
//	y[2i+1] = x[i]·(w0 + w1 + w2) + (x[i+1] - x[i])·w2
//
// so that 9 products of a pixel with sums of weights give the four pixels that it becomes, where the definition has 36.
var enlarging = tileRule{
	values: 9, size: 3, step: 1, input: upInput, output: upOutput, grad: upGrad,
	weights: upWeights, weightsGrad: upWeightsGrad,
}

var (
	upInput  = newFamily[tileInput]("upInput", upInputGeneric)
	upOutput = newFamily[tileOutput]("upOutput", upOutputGeneric)
	upGrad   = newFamily[tileInput]("upGrad", upGradGeneric)
	upBack   = newFamily[tileInput]("upBack", upBackGeneric)
)

// NewUpConv prepares the convolution of N images [H, W, IC], enlarged twice, with a 3×3 window padded by one: all its
// functions are those of a Conv whose x is the image before, and whose dx is its gradient.
func NewUpConv(n, h, w, ic, oc int) *Conv {
	large := Window{IH: 2 * h, IW: 2 * w, KH: 3, KW: 3, SH: 1, SW: 1, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1}
	c := &Conv{N: n, IC: ic, OC: oc, Groups: 1, Window: large, kernel: gemmTile.fn}
	to := usualCut
	c.forward = c.enlarge(ic, to)
	c.back = []phase{{sweep: newGather(&c.kernel, n, h, w, oc, ic, to), taps: multiples(9, 1)}}
	to.tasks = 1
	c.weights = newConvWeights(c, c.enlarge(min(ic, gradBlock), to))
	return c
}

// enlarge prepares the sweep from the small image to the large one, in blocks of so many channels.
func (c *Conv) enlarge(channels int, to cut) sweep {
	oh, ow := c.OH(), c.OW()
	p := sweep{n: c.N, ic: c.IC, oc: c.OC, groups: 1, win: c.Window, oh: oh, ow: ow, grid: dense(oh, ow)}
	p.win.IH, p.win.IW = oh/2, ow/2
	to = p.divide(enlarging.values, to)
	p.band = to.lines(c.N, oh, ow, 1, p.win)
	p.tile(&enlarging, &c.kernel, channels)
	return p
}

// newGather prepares the gradient of the small image: a product of matrices whose rows are the nine values of a pixel.
func newGather(k *gemmKernel, n, h, w, ic, oc int, to cut) sweep {
	p := sweep{n: n, ic: ic, oc: oc, groups: 1, oh: h, ow: w, grid: dense(h, w), segs: []int{0}, klen: 9 * ic, gather: true,
		win: Window{IH: 2 * h, IW: 2 * w, KH: 1, KW: 1, SH: 1, SW: 1, DH: 1, DW: 1}}
	to = p.divide(enlarging.values, to)
	to.pixels /= 4
	p.band = min(h, to.lines(n, h, w, 1, p.win))
	p.bands = (h + p.band - 1) / p.band
	chunk := min(p.band*w, chunkTiles(p.klen, p.klen*oc))
	p.rows = k.padRows(multiples(chunk, p.klen))
	p.scratch = len(p.rows)*p.klen + 16*ic
	return p
}

// gathered computes a part of count rows of the gradient of a small image from first on.
func (p *sweep) gathered(k *gemmKernel, part, image, first, count int, accumulate bool, dy, packed, dx, scratch []float32) {
	spare, v := scratch[:maxTile], scratch[maxTile:]
	panels, last := p.panelsOf(k, part, 0)
	dy, dx = p.image(image, dy, dx)
	chunk := min(p.band*p.ow, len(p.rows))
	for begin := 0; begin < count*p.ow; begin += chunk {
		n := min(chunk, count*p.ow-begin)
		at := first*p.ow + begin
		for i := 0; i < n; {
			y, x := (at+i)/p.ow, (at+i)%p.ow
			run := min(n-i, p.ow-x)
			p.gather4(y, x, run, dy, v[i*p.klen:], v[len(p.rows)*p.klen:])
			i += run
		}
		for panel := panels; panel < last; panel++ {
			_, column, cols, from := p.locate(panel, k)
			t := tile{a: v, b: packed[from:], segs: p.segs, klen: p.klen, step: 1, ldc: p.oc, load: accumulate}
			k.multiply(t, n, cols, p.rows, dx[at*p.oc+column:], spare)
		}
	}
}

// gather4 transforms what n pixels of a row see: 4×4 pixels of dy each.
func (p *sweep) gather4(y, x, n int, dy, v, patch []float32) {
	w, c, iy := p.win, p.ic, 2*y-1
	for i := 0; i < n; {
		ix := 2*(x+i) - 1
		if iy < 0 || iy+4 > w.IH || ix < 0 || ix+4 > w.IW {
			copyBand(w.IH, w.IW, c, c, spread{1, 1}, iy, ix, 4, 4, dy, patch)
			upBack.fn(1, c, c, 4*c, patch, 9*c, c, v[i*9*c:])
			i++
			continue
		}
		inside := min(n-i, (w.IW-4-ix)/2+1)
		upBack.fn(inside, c, c, w.IW*c, dy[(iy*w.IW+ix)*c:], 9*c, c, v[i*9*c:])
		i += inside
	}
}

// upWeights adds rows 0 and 2 of a window to row 1, and then columns.
func upWeights(ld int, u []float32) {
	tap := func(y, x int) []float32 { return u[(3*y+x)*ld:][:ld] }
	for k := range 3 {
		Accumulate(tap(0, k), tap(1, k))
		Accumulate(tap(2, k), tap(1, k))
	}
	for k := range 3 {
		Accumulate(tap(k, 0), tap(k, 1))
		Accumulate(tap(k, 2), tap(k, 1))
	}
}

// upWeightsGrad is its adjoint: it adds row 1 to rows 0 and 2, and then columns, and all to dw.
func upWeightsGrad(n, sld int, s []float32, wld int, dw []float32) {
	tap := func(y, x int) []float32 { return s[(3*y+x)*sld:][:n] }
	for k := range 3 {
		Accumulate(tap(1, k), tap(0, k))
		Accumulate(tap(1, k), tap(2, k))
	}
	for k := range 3 {
		Accumulate(tap(k, 1), tap(k, 0))
		Accumulate(tap(k, 1), tap(k, 2))
	}
	for k := range 9 {
		Accumulate(s[k*sld:][:n], dw[k*wld:][:n])
	}
}
