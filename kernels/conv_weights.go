package kernels

// convWeights is the weight gradient of a Conv as products of tiles: rows are the weights (ky, kx, ic) of an output
// channel, columns the output channels, and k runs over pixels. The pixels are cut into chunks, each with a partial
// gradient of its own, which are added as a fixed binary tree: chains stay short and chunks can run at the same time.
type convWeights struct {
	input      sweep // the bands: larger than those of the forward pass, as chains run over their pixels
	taps       int   // products of a pair of channels: those of the window, or of tiles
	chunks     int
	panels     int   // panels of columns that a task computes from one copy of its pixels
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
	panelChunks   = 16 // with so many chunks, a task computes all panels
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
	g.panels = 1
	if perGroup := f.panels(&c.kernel) / c.Groups; g.chunks >= panelChunks {
		g.panels = perGroup
	}
	if f.tiling != nil {
		g.rows = c.kernel.padRows(multiples(min(icg, gradBlock), 1))
		g.scratch = f.scratch
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
	if f.direct { // the rows of a matrix are one run of pixels
		g.segs = []int{0}
	}
	g.scratch = f.scratch + f.band*f.ow*c.kernel.nr
	return g
}

// GradWeightTasks returns the number of tasks of GradWeight.
func (c *Conv) GradWeightTasks() int {
	if c.half != nil {
		return c.weights.chunks * c.half.weights.splits
	}
	return c.weights.chunks * c.forward.panels(&c.kernel) / c.weights.panels
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
		return 2 * turnPairs * c.half.weights.group
	case f.tiling != nil:
		return f.tiledLines(f.band) * f.win.IW * f.ic
	case f.direct && f.scratch == 0: // else x is copied on its way to be scaled
		return f.band * f.ic
	}
	return 0
}

// GradWeightOf is GradWeightScaled of an x that may be stored, and of a dy that may be in bfloat16 if x is and both are rounded to
// that.
func (c *Conv) GradWeightOf(task int, x Numbers, gain []float32, of Numbers, partial, scratch []float32) {
	c.half.reads(of)
	if c.half != nil {
		c.half.weights.run(c, task, false, x, gain, of, partial, scratch)
		return
	}
	dy := of.floats
	g := &c.weights
	f := &g.input
	tasks := f.panels(&c.kernel) / g.panels
	chunk, panel := task/tasks, task%tasks*g.panels
	partial = partial[chunk*c.weightFloats():][:c.weightFloats()]

	perChunk := (g.units + g.chunks - 1) / g.chunks
	begin, end := chunk*perChunk, min((chunk+1)*perChunk, g.units)
	if f.tiling != nil {
		c.gradTiles(begin, end, panel, x, dy, partial, scratch)
		return
	}
	for u := begin; u < end; u++ {
		image, first := u/f.bands, u%f.bands*f.band
		c.gradTaps(image, first, min(f.band, f.oh-first), panel, u > begin, x, gain, dy, partial, scratch)
	}
}

// gradTaps adds a band of an image, count output rows from first on, to the partial gradients of a task's panels, or with
// load unset overwrites them.
func (c *Conv) gradTaps(image, first, count, panel int, load bool, x Numbers, gain, dy, partial, scratch []float32) {
	g, k := &c.weights, &c.kernel
	f := &g.input
	group, _, _, _ := f.locate(panel, k)
	spare, packed, scratch := scratch[:maxTile], scratch[maxTile:], scratch[maxTile+f.band*f.ow*k.nr:]
	t := tile{klen: f.ow, step: c.SW * c.IC / c.Groups, ldc: c.OC, load: load}
	t.a = f.input(image, group, first, count, x, gain, scratch)
	if f.direct {
		t.segs, t.klen, t.step = g.segs, count, c.IC
	} else {
		t.segs = g.segs[:count]
	}
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
	for i := range inside {
		from, to := dy[i*c.OC:], packed[i*width:]
		switch width { // arrays are copied without a call
		case 32:
			*(*[32]float32)(to) = *(*[32]float32)(from)
		case 16:
			*(*[16]float32)(to) = *(*[16]float32)(from)
		case 8:
			*(*[8]float32)(to) = *(*[8]float32)(from)
		default:
			copy(to[:width], from)
		}
	}
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
