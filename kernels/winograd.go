package kernels

// A 3×3 convolution of stride 1 computes 2×2 pixels at once by Winograd's minimal filtering F(2×2, 3×3): with the tile d
// of 4×4 pixels that they see,
//
//	y = Aᵀ [ Σ over ic of (G g Gᵀ) ⊙ (Bᵀ d B) ] A
//
// which takes 16 multiplications where the definition takes 36. The sum over channels is 16 products of matrices, each a
// chain over ic; the transforms are additions. The result differs from the definition's by rounding, relative to the largest
// values of a tile rather than to those of each pixel.
//
// Source: Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2016, https://arxiv.org/abs/1509.09308

// values is the number of products for a tile.
const wgValues = 16

// wgPad keeps the values of a tile from lying a power of two apart, where they would share cache sets.
const wgPad = 16

// wgFloats is about how many transformed values a chunk of tiles has: they stay in the second-level cache.
const wgFloats = 128 << 10

var (
	wgInput   = newFamily("wgInput", wgInputGeneric)
	wgOutput  = newFamily("wgOutput", wgOutputGeneric)
	wgGrad    = newFamily("wgGrad", wgGradGeneric)
	wgWeights = newFamily("wgWeights", wgWeightsGeneric)

	wgWeightsGrad = newFamily("wgWeightsGrad", wgWeightsGradGeneric)
)

// A winograd is how a sweep computes its pixels by tiles.
type winograd struct {
	cols  int   // tiles of a row
	chunk int   // tiles that are transformed together
	rows  []int // of the products: where the values of each tile begin
	vld   int   // floats from one value to the next, of the input
}

// useWinograd makes the sweep compute tiles, of so many channels at a time, if its geometry allows.
func (p *sweep) useWinograd(k *gemmKernel, channels int, to cut) {
	w := p.win
	one := w.KH == 3 && w.KW == 3 && w.SH == 1 && w.SW == 1 && w.DH == 1 && w.DW == 1
	if !one || p.groups > 1 || p.spread != (spread{1, 1}) || !p.grid.contiguous() || to.scaled ||
		p.ic%8 != 0 || p.ic < wgLeast || p.oc < wgLeast {
		return
	}
	g := &winograd{cols: (p.ow + 1) / 2}
	p.band = min(max(2, p.band&^1), p.oh)
	p.tables(k)
	tiles := (p.band + 1) / 2 * g.cols
	g.chunk = min(tiles, max(24, wgFloats/(wgValues*channels)/24*24))
	g.rows = make([]int, g.chunk)
	for i := range g.rows {
		g.rows[i] = i * channels
	}
	g.rows = k.padRows(g.rows)
	g.vld = len(g.rows)*channels + wgPad
	p.scratch = wgValues*(g.vld+p.mld(g, k.nr)) + wgValues*p.ic + 4*k.nr
	p.winograd = g
}

// wgLeast is the number of channels from which tiles pay.
const wgLeast = 16

func (p *sweep) mld(g *winograd, width int) int { return len(g.rows)*width + wgPad }

// tiles computes count output rows of an image from first on, by tiles.
func (p *sweep) tiles(k *gemmKernel, image, first, count int, accumulate bool, x, packed, y, scratch []float32) {
	g := p.winograd
	x = x[image*p.win.IH*p.win.IW*p.ic:][:p.win.IH*p.win.IW*p.ic]
	y = y[image*p.oh*p.ow*p.oc:][:p.oh*p.ow*p.oc]
	v, scratch := scratch[:wgValues*g.vld], scratch[wgValues*g.vld:]
	patch, scratch := scratch[:wgValues*p.ic], scratch[wgValues*p.ic:]
	tiles := (count + 1) / 2 * g.cols
	for begin := 0; begin < tiles; begin += g.chunk {
		n := min(g.chunk, tiles-begin)
		g.eachRun(begin, n, func(at, ty, tx, n int) {
			p.load(first+2*ty-p.win.PT, 2*tx-p.win.PL, n, 0, p.ic, x, v[at*p.ic:], patch)
		})
		for panel := range p.panels(k) {
			_, column, cols, from := p.locate(panel, k)
			run, width := k.panel(cols)
			mld := p.mld(g, width)
			t := tile{rows: g.rows, segs: p.segs[:1], klen: p.ic, step: 1, ldc: width, mask: 1<<width - 1}
			for i := range wgValues {
				t.a, t.b, t.c = v[i*g.vld:], packed[from+i*p.ic*width:], scratch[i*mld:][:mld]
				run(t, (n+k.mr-1)/k.mr)
			}
			m, spare := scratch[:wgValues*mld], scratch[wgValues*mld:]
			g.eachRun(begin, n, func(at, ty, tx, n int) {
				p.store(first+2*ty, min(2, count-2*ty), 2*tx, n, column, cols, width, mld, accumulate, m[at*width:], y, spare)
			})
		}
	}
}

// eachRun calls do for the runs of n tiles from begin on that lie in one row of tiles.
func (g *winograd) eachRun(begin, n int, do func(at, ty, tx, n int)) {
	for i := begin; i < begin+n; {
		ty, tx := i/g.cols, i%g.cols
		run := min(begin+n-i, g.cols-tx)
		do(i-begin, ty, tx, run)
		i += run
	}
}

// load transforms c channels, from channel on, of n tiles of input pixels, the first of which begins at row iy and column ix.
func (p *sweep) load(iy, ix, n, channel, c int, x, v, patch []float32) {
	w := p.win
	for i := 0; i < n; {
		at := ix + 2*i
		if iy < 0 || iy+4 > w.IH || at < 0 || at+4 > w.IW {
			copyBand(w.IH, w.IW, c, p.ic, spread{1, 1}, iy, at, 4, 4, x[channel:], patch)
			wgInput.fn(1, c, c, 4*c, patch, p.winograd.vld, v[i*c:])
			i++
			continue
		}
		inside := min(n-i, (w.IW-4-at)/2+1)
		wgInput.fn(inside, c, p.ic, w.IW*p.ic, x[(iy*w.IW+at)*p.ic+channel:], p.winograd.vld, v[i*c:])
		i += inside
	}
}

// store transforms n tiles of products to cols channels, from column on, of rows output rows from oy on and the columns
// from ox on.
func (p *sweep) store(oy, rows, ox, n, column, cols, width, mld int, accumulate bool, m, y, spare []float32) {
	at := func(oy, ox int) int { return (oy*p.ow+ox)*p.oc + column }
	whole := 0
	if rows == 2 && cols%8 == 0 {
		whole = min(n, (p.ow-ox)/2)
		if whole > 0 {
			wgOutput.fn(whole, cols, width, mld, m, p.oc, p.ow*p.oc, accumulate, y[at(oy, ox):])
		}
	}
	for i := whole; i < n; i++ {
		wgOutput.fn(1, width, width, mld, m[i*width:], width, 2*width, false, spare)
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
