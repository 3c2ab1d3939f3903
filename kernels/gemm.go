package kernels

// A gemmKernel multiplies tiles: an implementation with its sizes. A tile is mr rows by nr columns, or by nr/2 columns
// where a panel has no more (narrow). The functions multiply n tiles below each other, the first of them given.
type gemmKernel struct {
	mr, nr       int
	wide, narrow func(first tile, n int)
	masks        bool // the functions heed tile.mask
}

// A tile describes one product of a tile of C = A·B, where the rows of A lie anywhere and B is packed. In floats:
//
//	for r < mr, j < nr:
//	    sum := c[r*ldc+j] if load, else 0
//	    for s < len(segs), k < klen:   // one chain, in this order
//	        sum = fma(a[rows[r]+segs[s]+k*step], b[(s*klen+k)*nr+j], sum)
//	    c[r*ldc+j] = sum
//
// That one loop serves 1×1 convolution (one segment, rows a pixel apart), larger windows (a segment for each row of
// the window) and weight gradients (k runs over pixels, rows over the weights of one output channel).
type tile struct {
	a, b, c    []float32
	rows, segs []int
	klen, step int
	ldc        int
	load       bool
	mask       uint32 // bit j set: column j of C exists
}

var gemmTile = newFamily("gemmTile", gemmKernel{4, 8, tile4x8Generic, tile4x4Generic, false})

// maxTile is the number of floats of the largest tile of any implementation.
const maxTile = 16 * 32

// next moves so many rows further down.
func (t *tile) next(rows int) {
	t.rows = t.rows[rows:]
	t.c = t.c[min(rows*t.ldc, len(t.c)):]
}

// burstSteps are the steps of k that tiles may take in one go: some 10 µs.
const burstSteps = 4096

// burst returns how many of n tiles may be computed in one go.
func (t *tile) burst(n int) int { return min(n, max(1, burstSteps/(len(t.segs)*t.klen))) }

// multiply computes an m×n block of C by tiles: rows lists the offsets of A's m rows, made whole tiles by padRows; t.b
// is the packed panel of at most nr columns. spare holds maxTile floats for tiles that stick out of C.
func (k *gemmKernel) multiply(t tile, m, n int, rows []int, c, spare []float32) {
	run, nr := k.panel(n)
	whole := 0
	if n == nr || k.masks {
		whole = m / k.mr
		t.rows, t.c, t.mask = rows, c, 1<<n-1
		run(t, whole)
	}
	ldc := t.ldc
	t.c, t.ldc, t.mask = spare[:k.mr*nr], nr, 1<<nr-1
	for i := whole * k.mr; i < m; i += k.mr {
		t.rows = rows[i:]
		h := min(k.mr, m-i)
		for r := 0; t.load && r < h; r++ {
			copy(spare[r*nr:][:n], c[(i+r)*ldc:])
		}
		run(t, 1)
		for r := range h {
			copy(c[(i+r)*ldc:][:n], spare[r*nr:])
		}
	}
}

// padRows repeats the last offset until the rows fill whole tiles.
func (k *gemmKernel) padRows(rows []int) []int {
	for len(rows)%k.mr != 0 {
		rows = append(rows, rows[len(rows)-1])
	}
	return rows
}

// panel returns the function for a panel of n columns and the width it computes.
func (k *gemmKernel) panel(n int) (run func(first tile, n int), width int) {
	if n <= k.nr/2 {
		return k.narrow, k.nr / 2
	}
	return k.wide, k.nr
}

// packedWidth returns the number of columns that n take when packed in panels.
func (k *gemmKernel) packedWidth(n int) int {
	if rest := n % k.nr; rest > k.nr/2 {
		return n - rest + k.nr
	} else if rest > 0 {
		return n - rest + k.nr/2
	}
	return n
}
