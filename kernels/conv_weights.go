package kernels

// convWeights is the weight gradient of a Conv as products of tiles: rows are the weights (ky, kx, ic) of an output
// channel, columns the output channels, and k runs over pixels. The pixels are cut into chunks, each with a partial
// gradient of its own, which are added as a fixed binary tree: chains stay short and chunks can run at the same time.
type convWeights struct {
	input      sweep // the bands: larger than those of the forward pass, as chains run over their pixels
	taps       int   // products of a pair of channels: those of the window, or of tiles
	chunks     int
	panels     int   // panels of columns that a task computes from one copy of its pixels
	blocks     int   // blocks of channels that it computes, where they are cut into blocks
	units      int   // bands of all images: what chunks are made of
	rows, segs []int // offsets in scratch: of the first pixel under each weight, and of each output row
	scratch    int
}

// Limits of the chunks: partial gradients of 8 MB at most, no more chunks than keep many cores busy, and so many pixels
// in each that adding the partial gradients costs little beside computing them.
const (
	partialFloats = 2 << 20
	maxChunks     = 64
	chunkPixels   = 512
	reduceFloats  = 16 << 10
	weightTasks   = 16 // with so many chunks, a task computes all panels
)

// newConvWeights prepares the gradient for the bands of a sweep from x to y.
func newConvWeights(c *Conv, input sweep) convWeights {
	icg := c.IC / c.Groups
	g := convWeights{input: input, taps: c.KH * c.KW}
	f := &g.input
	if f.tiling != nil {
		g.taps = f.tiling.values
	}
	g.units = f.n * f.bands
	g.chunks = max(1, min(g.units, maxChunks, partialFloats/(g.taps*icg*c.OC), c.N*c.OH()*c.OW()/chunkPixels))
	perChunk := (g.units + g.chunks - 1) / g.chunks
	g.chunks = (g.units + perChunk - 1) / perChunk
	g.cut(f.panels(&c.kernel) / c.Groups)
	switch {
	case f.tiling != nil:
		g.rows = c.kernel.padRows(multiples(f.block(), 1))
		g.scratch = f.scratch
		return g
	case f.direct:
		g.rows = c.kernel.padRows(multiples(f.block(), 1))
		g.segs = []int{0} // the rows of a matrix are one run of pixels
		g.scratch = f.band*(c.kernel.nr+g.blocks*f.block()) + maxTile
		return g
	}
	for ky := range c.KH {
		for kx := range c.KW {
			for _, i := range multiples(icg, 1) {
				g.rows = append(g.rows, (ky*c.DH*f.cols+kx*c.DW)*icg+i)
			}
		}
	}
	g.rows = c.kernel.padRows(g.rows)
	for r := range f.band {
		g.segs = append(g.segs, r*c.SH*f.cols*icg)
	}
	g.scratch = f.scratch + f.band*f.ow*c.kernel.nr
	return g
}

// cut divides the panels and blocks of a chunk between tasks, where there are too few chunks. Blocks come first: each copies or
// transforms dy anew in any case, and x once for each part of the panels.
func (g *convWeights) cut(panels int) {
	blocks, parts := g.input.blocks(), (weightTasks+g.chunks-1)/g.chunks
	g.blocks = (blocks + parts - 1) / parts
	parts = (parts*g.blocks + blocks - 1) / blocks
	g.panels = max(1, panels/parts)
	for panels%g.panels != 0 {
		g.panels--
	}
}

// block returns how many channels of x a weight gradient takes together.
func (p *sweep) block() int {
	switch c := p.ic / p.groups; {
	case p.tiling != nil:
		return min(c, gradBlock)
	case p.direct && c >= manyChannels:
		return matrixBlock
	default:
		return c
	}
}

// blocks returns how many blocks there are.
func (p *sweep) blocks() int { return (p.ic/p.groups + p.block() - 1) / p.block() }

// GradWeightTasks returns the number of tasks of GradWeight.
func (c *Conv) GradWeightTasks() int {
	g := &c.weights
	if c.half != nil {
		return g.chunks * c.half.weights.splits
	}
	across, down := g.tasks(c.forward.panels(&c.kernel))
	return g.chunks * across * down
}

// tasks returns how many parts the panels and the blocks of a chunk are cut into.
func (g *convWeights) tasks(panels int) (across, down int) {
	return panels / g.panels, (g.input.blocks() + g.blocks - 1) / g.blocks
}

// Partial returns the floats of the partial weight gradients.
func (c *Conv) Partial() int { return c.weights.chunks * c.weightFloats() }

// weightFloats returns the floats of a partial gradient.
func (c *Conv) weightFloats() int { return c.weights.taps * c.IC / c.Groups * c.OC }

// GradWeight computes a part of the partial gradients of the weights from x and dy.
func (c *Conv) GradWeight(task int, x, dy, partial, scratch []float32) {
	c.GradWeightScaled(task, x, nil, dy, partial, scratch)
}

// GradWeightScaled is GradWeight of x·gain; gain is [N, IC], or nil for none.
func (c *Conv) GradWeightScaled(task int, x, gain, dy, partial, scratch []float32) {
	c.GradWeightOf(task, Floats(x), gain, Floats(dy), partial, scratch)
}

// StoredScratch returns the floats of scratch that GradWeightOf takes beyond Scratch where x is stored.
func (c *Conv) StoredScratch() int {
	f := &c.weights.input
	switch {
	case c.half != nil:
		return 2 * c.half.weights.turnPairs * c.half.weights.group
	case f.tiling != nil:
		return f.tiledLines(f.band) * f.win.IW * f.ic
	case f.direct:
		return f.band * f.ic
	}
	return 0
}

// GradWeightOf is GradWeightScaled of an x that may be stored, and of a dy that may be in bfloat16 if x is and both are rounded to
// that.
func (c *Conv) GradWeightOf(task int, x Numbers, gain []float32, dy Numbers, partial, scratch []float32) {
	chunk := c.weightChunk(task)
	c.gradWeight(task, false, x, gain, dy, partial[chunk*c.weightFloats():][:c.weightFloats()], scratch)
}

// AddsWeights tells whether GradWeightTo is there: where there is one partial gradient only, of the weights as they lie.
func (c *Conv) AddsWeights() bool {
	return c.weights.chunks == 1 && (c.half != nil || c.weights.input.tiling == nil)
}

// GradWeightTo is GradWeightOf that adds to the gradient of the weights, dw, with nothing to reduce.
func (c *Conv) GradWeightTo(task int, x Numbers, gain []float32, dy Numbers, dw, scratch []float32) {
	c.gradWeight(task, true, x, gain, dy, dw, scratch)
}

// weightChunk returns the chunk of a task.
func (c *Conv) weightChunk(task int) int { return task / (c.GradWeightTasks() / c.weights.chunks) }

// gradWeight computes a part of a partial gradient, or adds it to what is there.
func (c *Conv) gradWeight(task int, adds bool, x Numbers, gain []float32, of Numbers, partial, scratch []float32) {
	c.half.reads(of)
	if c.half != nil {
		c.half.weights.run(c, task, adds, x, gain, of, partial, scratch)
		return
	}
	dy := of.floats
	g := &c.weights
	f := &g.input
	across, down := g.tasks(f.panels(&c.kernel))
	chunk, panel := c.weightChunk(task), task%across*g.panels

	perChunk := (g.units + g.chunks - 1) / g.chunks
	begin, end := chunk*perChunk, min((chunk+1)*perChunk, g.units)
	block := task / across % down * g.blocks
	if f.tiling != nil {
		c.gradTiles(begin, end, panel, block, x, dy, partial, scratch)
		return
	}
	for u := begin; u < end; u++ {
		image, first := u/f.bands, u%f.bands*f.band
		count := min(f.band, f.oh-first)
		if f.direct {
			c.gradMatrix(image, first, count, panel, block, adds || u > begin, x, gain, dy, partial, scratch)
		} else {
			c.gradTaps(image, first, count, panel, adds || u > begin, x, gain, dy, partial, scratch)
		}
	}
}

// gradTaps adds a band of an image, count output rows from first on, to the partial gradients of a task's panels, or with
// load unset overwrites them.
func (c *Conv) gradTaps(image, first, count, panel int, load bool, x Numbers, gain, dy, partial, scratch []float32) {
	g, k := &c.weights, &c.kernel
	f := &g.input
	group, _, _, _ := f.locate(panel, k)
	spare, packed, scratch := scratch[:maxTile], scratch[maxTile:], scratch[maxTile+f.band*f.ow*k.nr:]
	t := tile{segs: g.segs[:count], klen: f.ow, step: c.SW * c.IC / c.Groups, ldc: c.OC, load: load}
	t.a = f.input(image, group, first, count, x, gain, scratch)
	for p := panel; p < panel+g.panels; p++ {
		_, column, cols, _ := f.locate(p, k)
		column += group * c.OC / c.Groups
		t.b = c.packPixels(count*f.ow, cols, dy[(image*f.oh+first)*f.ow*c.OC+column:], packed)
		k.multiply(t, c.KH*c.KW*c.IC/c.Groups, cols, g.rows, partial[column:], spare)
	}
}

// packPixels copies cols channels of so many pixels of dy into a panel, unless they are one as they lie. What follows
// the channels may be copied with them: the columns that it makes are dropped.
func (c *Conv) packPixels(pixels, cols int, dy, packed []float32) []float32 {
	_, width := c.kernel.panel(cols)
	if c.OC == width {
		return dy
	}
	inside := min(pixels, max(0, len(dy)-width)/c.OC)
	copyRows.fn(inside, width, c.OC, dy, packed)
	for i := inside; i < pixels; i++ {
		copy(packed[i*width:][:cols], dy[i*c.OC:])
	}
	return packed
}

// ReduceTasks returns the number of tasks of Reduce.
func (c *Conv) ReduceTasks() int {
	size, n := c.reduction()
	return (n + size - 1) / size
}

// reduction returns how many weights a task of Reduce adds, and how many there are: of all taps, or of each where there are
// tiles.
func (c *Conv) reduction() (size, n int) {
	if g := c.weights.input.tiling; g != nil {
		return reduceFloats / g.values / 16 * 16, c.IC * c.OC
	}
	return reduceFloats, c.weightFloats()
}

// Reduce adds a part of the partial gradients to dw, which is HWIO. It destroys partial.
func (c *Conv) Reduce(task int, partial, dw []float32) {
	size, n := c.reduction()
	begin, end := task*size, min((task+1)*size, n)
	if c.weights.input.tiling != nil {
		c.reduceTiles(begin, end, partial, dw)
		return
	}
	sumTree(c.weights.chunks, n, end-begin, partial[begin:])
	Accumulate(partial[begin:end], dw[begin:end])
}

// sumTree adds n slices of size floats of x that begin ld apart, pairwise: (0+1)+(2+3)… The first of each pair is overwritten,
// and the very first has the sum.
func sumTree(n, ld, size int, x []float32) {
	for gap := 1; gap < n; gap *= 2 {
		for i := 0; i+gap < n; i += 2 * gap {
			Accumulate(x[(i+gap)*ld:][:size], x[i*ld:][:size])
		}
	}
}
