package kernels

// The gradient of the weights by tiles is the adjoint of the forward pass: a gradient of each of the values,
//
//	Σ over tiles of input(x) ⊙ grad(dy)
//
// as a product of matrices, a chain over the tiles of a chunk, and the adjoint of the weights' transform.

// gradBlock is the number of input channels whose 16 partial gradients, of a panel, stay in the second-level cache.
const gradBlock = 64

// gradTiles computes the partial gradients of a task: of the panels from panel on and the blocks of channels from block on, for
// the bands from begin to end.
func (c *Conv) gradTiles(begin, end, panel, block int, x Numbers, dy, partial, scratch []float32) {
	last := min(block+c.weights.blocks, c.weights.input.blocks())
	for ; block < last; block++ {
		for u := begin; u < end; u++ {
			c.gradBand(u, panel, block*gradBlock, u > begin, x, dy, partial, scratch)
		}
	}
}

// gradBand adds what a band contributes to the partial gradients of a block of channels, or with load unset overwrites them.
func (c *Conv) gradBand(band, panel, channel int, load bool, pixels Numbers, dy, partial, scratch []float32) {
	w, k := &c.weights, &c.kernel
	p, g := &w.input, w.input.tiling
	image, first := band/p.bands, band%p.bands*p.band
	count, channels := min(p.band, p.oh-first), min(gradBlock, p.ic-channel)
	var part sweep // on the stack: a task allocates nothing
	p, x := p.tiled(image, first, count, pixels, &part, scratch)
	dy = dy[image*p.oh*p.ow*p.oc:][:p.oh*p.ow*p.oc]
	spare, scratch := scratch[:maxTile], scratch[maxTile:]
	v, scratch := scratch[:g.values*g.vld], scratch[g.values*g.vld:]
	patch, d := scratch[:g.size*g.size*p.ic], scratch[g.size*g.size*p.ic:]
	tiles := (count + 1) / 2 * g.cols
	for begin := 0; begin < tiles; begin += g.chunk {
		n := min(g.chunk, tiles-begin)
		g.eachRun(begin, n, func(at, ty, tx, n int) {
			p.load(first/2+ty, tx, n, channel, channels, x, v[at*channels:], patch)
		})
		for j := panel; j < panel+w.panels; j++ {
			_, column, cols, _ := p.locate(j, k)
			_, width := k.panel(cols)
			dld := g.mld(width)
			g.eachRun(begin, n, func(at, ty, tx, n int) {
				p.loadGrad(first+2*ty, min(2, count-2*ty), 2*tx, n, column, cols, width, dld, dy, d[at*width:], d[g.values*dld:])
			})
			t := tile{segs: p.segs, klen: n, step: channels, ldc: p.oc, load: load || begin > 0}
			for i := range g.values {
				t.a, t.b = v[i*g.vld:], d[i*dld:]
				k.multiply(t, channels, cols, w.rows, partial[(i*p.ic+channel)*p.oc+column:], spare)
			}
		}
	}
}

// tiledLines returns how many rows of the input so many output rows see by tiles.
func (p *sweep) tiledLines(rows int) int {
	return (rows+1)/2*p.tiling.step + p.tiling.size - p.tiling.step
}

// tiled returns the pixels of an image that count output rows from first on see, and the sweep as it is on them: the image
// where it is float32, else those rows alone, at the end of scratch, and part, which it fills.
func (p *sweep) tiled(image, first, count int, x Numbers, part *sweep, scratch []float32) (*sweep, []float32) {
	in := p.win.IH * p.win.IW * p.ic
	if !x.stored() {
		return p, x.floats[image*in:][:in]
	}
	top := first/2*p.tiling.step - p.win.PT
	begin, end := min(max(0, top), p.win.IH), min(p.win.IH, top+p.tiledLines(count))
	*part = *p
	part.win.PT += begin
	part.win.IH = end - begin
	line := p.win.IW * p.ic
	rows := scratch[len(scratch)-(end-begin)*line:]
	return part, x.read(image*in+begin*line, image*in+end*line, rows)
}

// loadGrad transforms n tiles of cols channels of dy, from column on: rows rows from oy on and the columns from ox on. The
// channels beyond cols become anything.
func (p *sweep) loadGrad(oy, rows, ox, n, column, cols, width, dld int, dy, d, patch []float32) {
	at := func(oy, ox int) int { return (oy*p.ow+ox)*p.oc + column }
	whole := 0
	if rows == 2 && p.ow-ox >= 2 {
		whole = min(n, (p.ow-ox)/2)
		p.tiling.grad.fn(whole, cols, p.oc, p.ow*p.oc, dy[at(oy, ox):], width, dld, d)
	}
	patch = patch[:4*width]
	for i := whole; i < n; i++ { // sticks out
		clear(patch)
		for r := range rows {
			for j := range min(2, p.ow-ox-2*i) {
				copy(patch[(2*r+j)*width:][:cols], dy[at(oy+r, ox+2*i+j):])
			}
		}
		p.tiling.grad.fn(1, width, width, 2*width, patch, width, dld, d[i*width:])
	}
}

// reduceTiles adds the partial gradients of a part of the weights to dw.
func (c *Conv) reduceTiles(begin, end int, partial, dw []float32) {
	rule, matrix := c.weights.input.tiling, c.IC*c.OC
	for i := range rule.values {
		sumTree(c.weights.chunks, rule.values*matrix, end-begin, partial[i*matrix+begin:])
	}
	rule.weightsGrad(end-begin, matrix, partial[begin:], matrix, dw[begin:])
}
