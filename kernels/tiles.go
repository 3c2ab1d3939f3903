package kernels

// A tileRule is an algorithm that computes 2×2 pixels of a convolution from the values of a tile of its input:
//
//	y = output( Σ over ic of weights(w) ⊙ input(x) )
//
// The sum over channels is a product of matrices for each of the values, a chain over ic; the transforms are additions, and
// multiplications by ½. Fewer values than the window has taps for four pixels are what is gained.
type tileRule struct {
	values     int // of a tile
	size, step int // pixels of the input that a tile sees along an axis, and from one tile to the next

	// The transforms of n tiles of c channels. What is read or written by pixel is given by the floats between pixels (ld) and
	// rows (row); value t of a tile by the floats between tiles (step) and values (vld, mld).
	input  *family[tileInput]
	output *family[tileOutput]
	grad   *family[tileInput] // of the gradient of y

	// The transforms of ld weights of each tap, the last nine of so many values, in place, and of a gradient of the values,
	// which it destroys, added to that of n weights of each tap.
	weights     func(ld int, u []float32)
	weightsGrad func(n, sld int, s []float32, wld int, dw []float32)
}

type (
	tileInput  func(n, c, ld, row int, x []float32, step, vld int, v []float32)
	tileOutput func(n, c, step, mld int, m []float32, ld, row int, accumulate bool, y []float32)
)

// tilePad keeps the values of a tile from lying a power of two apart, where they would share cache sets.
const tilePad = 16

// tileFloats is about how many transformed values a chunk of tiles has: they stay in the second-level cache. Weights beyond
// manyWeights do not, and are read for each chunk: larger ones then are the lesser evil.
const (
	tileFloats  = 128 << 10
	manyWeights = 384 << 10
)

// chunkTiles returns how many tiles of so many values a chunk has, where so many weights multiply them.
func chunkTiles(values, weights int) int {
	floats := tileFloats
	if weights > manyWeights {
		floats *= 2
	}
	return max(24, floats/values/24*24)
}

// A tiling is how a sweep computes its pixels by tiles.
type tiling struct {
	*tileRule
	cols  int   // tiles of a row
	chunk int   // tiles that are transformed together
	rows  []int // of the products: where the values of each tile begin
	vld   int   // floats from one value to the next, of the input
}

// tile makes the sweep compute tiles by a rule, of so many channels at a time.
func (p *sweep) tile(rule *tileRule, k *gemmKernel, channels int) {
	g := &tiling{tileRule: rule, cols: (p.ow + 1) / 2}
	p.band = min(max(2, p.band&^1), p.oh)
	p.bands = (p.oh + p.band - 1) / p.band
	tiles := (p.band + 1) / 2 * g.cols
	g.chunk = min(tiles, chunkTiles(g.values*channels, g.values*p.ic*p.oc))
	g.rows = k.padRows(multiples(g.chunk, channels))
	g.vld = len(g.rows)*channels + tilePad
	p.scratch = g.values*(g.vld+g.mld(k.nr)) + g.size*g.size*p.ic + 4*k.nr
	p.segs, p.tiling = []int{0}, g
}

// multiples returns n multiples of step: 0, step, 2·step and so on.
func multiples(n, step int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i * step
	}
	return list
}

// mld is the distance from one value to the next, of products.
func (g *tiling) mld(width int) int { return len(g.rows)*width + tilePad }

// tiles computes a part of count output rows of an image from first on.
func (p *sweep) tiles(k *gemmKernel, part, image, first, count int, accumulate bool, x, packed, y, scratch []float32) {
	g := p.tiling
	panels, last := p.panelsOf(k, part, 0)
	x, y = p.image(image, x, y)
	v, scratch := scratch[:g.values*g.vld], scratch[g.values*g.vld:]
	patch, scratch := scratch[:g.size*g.size*p.ic], scratch[g.size*g.size*p.ic:]
	tiles := (count + 1) / 2 * g.cols
	for begin := 0; begin < tiles; begin += g.chunk {
		n := min(g.chunk, tiles-begin)
		g.eachRun(begin, n, func(at, ty, tx, n int) {
			p.load(first/2+ty, tx, n, 0, p.ic, x, v[at*p.ic:], patch)
		})
		for panel := panels; panel < last; panel++ {
			_, column, cols, from := p.locate(panel, k)
			run, width := k.panel(cols)
			mld := g.mld(width)
			t := tile{rows: g.rows, segs: p.segs, klen: p.ic, step: 1, ldc: width, mask: 1<<width - 1}
			for i := range g.values {
				t.a, t.b, t.c = v[i*g.vld:], packed[from+i*p.ic*width:], scratch[i*mld:][:mld]
				run(t, (n+k.mr-1)/k.mr)
			}
			m, spare := scratch[:g.values*mld], scratch[g.values*mld:]
			g.eachRun(begin, n, func(at, ty, tx, n int) {
				p.store(first+2*ty, min(2, count-2*ty), 2*tx, n, column, cols, width, mld, accumulate, m[at*width:], y, spare)
			})
		}
	}
}

// image returns the pixels of an image.
func (p *sweep) image(image int, x, y []float32) (xi, yi []float32) {
	in, out := p.win.IH*p.win.IW*p.ic, p.oh*p.ow*p.oc
	return x[image*in:][:in], y[image*out:][:out]
}

// eachRun calls do for the runs of n tiles from begin on that lie in one row of tiles.
func (g *tiling) eachRun(begin, n int, do func(at, ty, tx, n int)) {
	for i := begin; i < begin+n; {
		ty, tx := i/g.cols, i%g.cols
		run := min(begin+n-i, g.cols-tx)
		do(i-begin, ty, tx, run)
		i += run
	}
}

// load transforms c channels, from channel on, of the input of n tiles of a row.
func (p *sweep) load(ty, tx, n, channel, c int, x, v, patch []float32) {
	w, g := p.win, p.tiling
	iy := ty*g.step - w.PT
	for i := 0; i < n; {
		ix := (tx+i)*g.step - w.PL
		if iy < 0 || iy+g.size > w.IH || ix < 0 || ix+g.size > w.IW {
			copyBand(w.IH, w.IW, c, p.ic, spread{1, 1}, iy, ix, g.size, g.size, x[channel:], patch)
			g.input.fn(1, c, c, g.size*c, patch, c, g.vld, v[i*c:])
			i++
			continue
		}
		inside := min(n-i, (w.IW-g.size-ix)/g.step+1)
		g.input.fn(inside, c, p.ic, w.IW*p.ic, x[(iy*w.IW+ix)*p.ic+channel:], c, g.vld, v[i*c:])
		i += inside
	}
}

// store transforms n tiles of products to cols channels, from column on, of rows output rows from oy on and the columns
// from ox on.
func (p *sweep) store(oy, rows, ox, n, column, cols, width, mld int, accumulate bool, m, y, spare []float32) {
	at := func(oy, ox int) int { return (oy*p.ow+ox)*p.oc + column }
	whole := 0
	if rows == 2 && p.ow-ox >= 2 {
		whole = min(n, (p.ow-ox)/2)
		p.tiling.output.fn(whole, cols, width, mld, m, p.oc, p.ow*p.oc, accumulate, y[at(oy, ox):])
	}
	for i := whole; i < n; i++ { // sticks out
		p.tiling.output.fn(1, width, width, mld, m[i*width:], width, 2*width, false, spare)
		for r := range rows {
			for j := range min(2, p.ow-ox-2*i) {
				to, from := y[at(oy+r, ox+2*i+j):][:cols], spare[(2*r+j)*width:][:cols]
				if accumulate {
					Accumulate(from, to)
				} else {
					copy(to, from)
				}
			}
		}
	}
}
