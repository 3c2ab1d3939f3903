package kernels

// halfGradient is the weight gradient of a Conv as products in bfloat16. The pixels of x that a tap sees lie one after the
// other in planes, one for each channel; where windows are strided, one for each remainder of rows and columns by the
// stride as well. So a tap is an offset in the planes, rows of A are channels, k runs over pixels, and B is dy in pairs of
// pixels. Where a line of a plane is longer than one of dy, and between images, dy has zeros.
//
// Chunks are as in float32. A task is a chunk and a part of the channels of x.
type halfGradient struct {
	parts         int
	splits, group int // tasks of a chunk, and the channels of one
	x, dy         halfImage
	images, band  int // of a unit: so many images, or so many rows of dy
	bands, units  int // units of an image; all of them
	perChunk      int
	positions     int // of a line of a plane: even
	lines         int // of a plane, for each image
	more          int // of them, those beyond the rows of dy
	phases        []halfPhase
	plane, lda    int // numbers of a plane, and from one channel to the next
	slack         int // numbers that are read beyond a plane
	taps          []halfTap
	late          int           // the most that dy is late, in pixels
	head, rows    int           // rows of pairs of a panel: zeros ahead of dy, and all
	panels        int           // 2 where dy is late by odd numbers too
	blocks, rest  [2][]dotBlock // for panels of 16 and of 32 columns
	segs          [2][]dotSeg   // of a whole unit, and of the last of an image or of all
	turnPairs     int           // pairs of pixels that are transposed together, or less than twice as many

	area, panel, turn int // numbers of one part of: all planes, the panels of dy, pairs to be turned
	scratch           int
}

// A halfImage is one side of a weight gradient: lines of width pixels of c channels, the last of them maybe shorter.
type halfImage struct{ n, lines, width, pixels, c int }

// A halfPhase is a remainder of rows and columns by the stride.
type halfPhase struct{ y, x int }

const (
	planeNumbers = 288 << 10 // of all planes, about: a quarter of the second-level cache
	planeGroup   = 256       // channels of a task at most
	turnNumbers  = 8 << 10   // of pairs of pixels that are transposed together, about: a part of the first-level cache
)

func newHalfGradient(c *Conv, precision Precision, scaled bool) halfGradient {
	g := halfGradient{parts: precision.parts(), more: (c.KH - 1) * c.DH / c.SH}
	c.weights.taps = c.KH * c.KW
	chunks := max(1, min(maxChunks, partialFloats/c.weightFloats(), c.N*c.OH()*c.OW()/chunkPixels))
	g.splits = max((c.IC+planeGroup-1)/planeGroup, min((c.IC+31)/32, (8+chunks-1)/chunks))
	g.group = min(c.IC, ((c.IC+g.splits-1)/g.splits+31)&^31)
	g.splits = (c.IC + g.group - 1) / g.group
	g.phases = c.halfPhases()
	g.units = g.cut(c, scaled)
	chunks = min(g.units, chunks)
	g.perChunk = (g.units + chunks - 1) / chunks
	c.weights.chunks = (g.units + g.perChunk - 1) / g.perChunk

	g.taps = g.halfTaps(c)
	g.lateness()
	over := (c.KW - 1) * c.DW / c.SW
	g.plane, g.slack = g.images*g.lines*g.positions, 2*dotK+over
	if g.late > 0 {
		g.plane = (g.plane + dotK - 1) &^ (dotK - 1)
	}
	g.lda = (len(g.phases)*g.plane+g.slack+31)&^31 | 32 // channels fall into different sets of the cache
	whole := (g.images-1)*g.lines + g.band
	var last int
	if g.images > 1 {
		last = ((g.x.n-1)%g.images)*g.lines + g.band
	} else {
		last = (g.dy.lines-1)%g.band + 1
	}
	rounded := (g.group + dotRows - 1) &^ (dotRows - 1)
	g.rows = g.head + g.depth(whole)/2
	g.area, g.panel = rounded*g.lda, g.panels*g.rows*2*dotCols
	g.turnPairs = max(64, turnNumbers/(2*g.group)&^15)
	g.turn = (2*g.turnPairs + 16) * 2 * g.group
	for i, lines := range []int{whole, last} {
		g.segs[i] = []dotSeg{{blocks: g.depth(lines) / dotK}}
	}
	for i, width := range []int{dotCols / 2, dotCols} {
		g.blocks[i] = g.dotBlocks(c, g.group, width)
		g.rest[i] = g.dotBlocks(c, c.IC-(g.splits-1)*g.group, width)
	}
	g.scratch = g.parts*(g.area+g.panel+g.turn)/2 + 2*max(g.group, dotCols)
	if scaled {
		g.scratch += 2 * g.turnPairs * g.group
	}
	return g
}

// halfPhases lists the remainders that taps fall on.
func (c *Conv) halfPhases() (phases []halfPhase) {
	seen := map[halfPhase]bool{}
	for ky := range c.KH {
		for kx := range c.KW {
			p := halfPhase{ky * c.DH % c.SH, kx * c.DW % c.SW}
			if !seen[p] {
				seen[p] = true
				phases = append(phases, p)
			}
		}
	}
	return phases
}

// cut makes units of about planeNumbers numbers and returns how many.
func (g *halfGradient) cut(c *Conv, scaled bool) int {
	most := min(2048, max(256, planeNumbers/(g.group*g.parts*len(g.phases))))
	g.x = halfImage{c.N, c.IH, c.IW, c.IH * c.IW, c.IC}
	g.dy = halfImage{c.N, c.OH(), c.OW(), c.OH() * c.OW(), c.OC}
	if c.forward.direct { // pixels alone count
		n, pixels := c.forward.n, c.forward.oh*c.forward.ow
		if scaled {
			n = c.N
		}
		width := min(most, (pixels+1)&^1)
		g.x = halfImage{n, (pixels + width - 1) / width, width, pixels, c.IC}
		g.dy = g.x
		g.dy.c = c.OC
	}
	g.positions = (g.dy.width + (c.KW-1)*c.DW/c.SW + 1) &^ 1
	g.band = min(g.dy.lines, max(1, most/g.positions))
	g.lines, g.images = g.band+g.more, 1
	if g.band == g.dy.lines {
		g.images = min(g.x.n, max(1, most/(g.lines*g.positions)))
	}
	g.bands = (g.dy.lines + g.band - 1) / g.band
	return (g.x.n + g.images - 1) / g.images * g.bands
}

// depth returns the rows of B for so many lines.
func (g *halfGradient) depth(lines int) int {
	n := lines * g.positions
	if g.late > 0 {
		n += g.dy.width - g.positions + g.late
	}
	return (n + dotK - 1) &^ (dotK - 1)
}

// run computes a part of the partial gradients, or of the only one, to which it adds.
func (g *halfGradient) run(c *Conv, task int, adds bool, x Numbers, gain []float32, dy Numbers, partial, scratch []float32) {
	chunk, split := task/g.splits, task%g.splits
	t := halfTask{halfGradient: g, first: split * g.group, blocks: g.blocks}
	t.channels = min(g.group, c.IC-t.first)
	if split == g.splits-1 {
		t.blocks = g.rest
	}
	t.divide(scratch)
	partial = partial[:c.weightFloats()]
	begin := chunk * g.perChunk
	for u := begin; u < min(begin+g.perChunk, g.units); u++ {
		t.unit(u)
		t.planes(c.Window, x, gain)
		for column := 0; column < c.OC; column += dotCols {
			d := dot16{a: t.area, b: t.panel, c: partial[t.first*c.OC+column:],
				lda: g.lda, ldc: c.OC, n: min(dotCols, c.OC-column), load: adds || u > begin}
			if g.parts == 2 {
				d.asmall, d.bsmall = g.area, g.panel
			}
			t.pairs(column, dotWidth(d.n), dy)
			d.blocks, d.segs = t.blocks[dotWidth(d.n)/dotCols], g.segs[t.last]
			d.run()
		}
	}
}
