package kernels

// The gradient of the weights by tiles is the adjoint of the forward pass:
//
//	dg = Gᵀ [ Σ over tiles of (Bᵀ d B) ⊙ (A dy Aᵀ) ] G
//
// The sum over tiles is 16 products of matrices, each a chain over the tiles of a chunk.

// gradBlock is the number of input channels whose 16 partial gradients, of a panel, stay in the second-level cache.
const gradBlock = 64

// gradTiles computes the partial gradients of a task: of the panels from panel on, for the bands from begin to end.
func (c *Conv) gradTiles(begin, end, panel int, x, dy, partial, scratch []float32) {
	p := &c.weights.input
	for channel := 0; channel < p.ic; channel += gradBlock {
		for u := begin; u < end; u++ {
			c.gradBand(u, panel, channel, u > begin, x, dy, partial, scratch)
		}
	}
}

// gradBand adds what a band contributes to the partial gradients of a block of channels, or with load unset overwrites them.
func (c *Conv) gradBand(band, panel, channel int, load bool, x, dy, partial, scratch []float32) {
	w, k := &c.weights, &c.kernel
	p, g := &w.input, w.input.winograd
	image, first := band/p.bands, band%p.bands*p.band
	count, channels := min(p.band, p.oh-first), min(gradBlock, p.ic-channel)
	x = x[image*p.win.IH*p.win.IW*p.ic:][:p.win.IH*p.win.IW*p.ic]
	dy = dy[image*p.oh*p.ow*p.oc:][:p.oh*p.ow*p.oc]
	spare, scratch := scratch[:maxTile], scratch[maxTile:]
	v, scratch := scratch[:wgValues*g.vld], scratch[wgValues*g.vld:]
	patch, d := scratch[:wgValues*p.ic], scratch[wgValues*p.ic:]
	tiles := (count + 1) / 2 * g.cols
	for begin := 0; begin < tiles; begin += g.chunk {
		n := min(g.chunk, tiles-begin)
		g.eachRun(begin, n, func(at, ty, tx, n int) {
			p.load(first+2*ty-p.win.PT, 2*tx-p.win.PL, n, channel, channels, x, v[at*channels:], patch)
		})
		for j := panel; j < panel+w.panels; j++ {
			_, column, cols, _ := p.locate(j, k)
			_, width := k.panel(cols)
			dld := p.mld(g, width)
			g.eachRun(begin, n, func(at, ty, tx, n int) {
				p.loadGrad(first+2*ty, min(2, count-2*ty), 2*tx, n, column, cols, width, dld, dy, d[at*width:], d[wgValues*dld:])
			})
			t := tile{segs: p.segs[:1], klen: n, step: channels, ldc: p.oc, load: load || begin > 0}
			for i := range wgValues {
				t.a, t.b = v[i*g.vld:], d[i*dld:]
				k.multiply(t, channels, cols, w.rows, partial[(i*p.ic+channel)*p.oc+column:], spare)
			}
		}
	}
}

// loadGrad transforms n tiles of cols channels of dy, from column on: rows rows from oy on and the columns from ox on. The
// channels beyond cols become anything.
func (p *sweep) loadGrad(oy, rows, ox, n, column, cols, width, dld int, dy, d, patch []float32) {
	at := func(oy, ox int) int { return (oy*p.ow+ox)*p.oc + column }
	whole := 0
	if rows == 2 && cols%8 == 0 {
		whole = min(n, (p.ow-ox)/2)
		if whole > 0 {
			wgGrad.fn(whole, cols, p.oc, p.ow*p.oc, dy[at(oy, ox):], width, dld, d)
		}
	}
	patch = patch[:4*width]
	for i := whole; i < n; i++ {
		clear(patch)
		for r := range rows {
			for j := range min(2, p.ow-ox-2*i) {
				copy(patch[(2*r+j)*width:][:cols], dy[at(oy+r, ox+2*i+j):])
			}
		}
		wgGrad.fn(1, width, width, 2*width, patch, width, dld, d[i*width:])
	}
}

// reduceTiles adds the partial gradients of a part of the weights to dw.
func (c *Conv) reduceTiles(begin, end int, partial, dw []float32) {
	matrix := c.IC * c.OC
	for i := range wgValues {
		sumTree(c.weights.chunks, wgValues*matrix, end-begin, partial[i*matrix+begin:])
	}
	wgWeightsGrad.fn(end-begin, matrix, partial[begin:], matrix, dw[begin:])
}
