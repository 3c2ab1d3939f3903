//go:build !purego

package kernels

func init() {
	gemmTile.register(AVX2, gemmKernel{6, 16, tile6x16, tile6x8, false})
	gemmTile.register(AVX512, gemmKernel{8, 32, tile8x32, tile8x16, true})
}

// A goroutine must be able to yield to the garbage collector, for which assembly has no place: it computes a burst of tiles, and
// the functions named call are Go, are not inlined, and check the stack. The loops are written out for each, so that the tile does not escape.

func tile6x16(t tile, n int) {
	for n > 0 {
		some := t.burst(n)
		call6x16(&t, some)
		t.next(6 * some)
		n -= some
	}
}

//go:noinline
func call6x16(t *tile, n int) { tile6x16AVX2(t, n) }

func tile6x8(t tile, n int) {
	for n > 0 {
		some := t.burst(n)
		call6x8(&t, some)
		t.next(6 * some)
		n -= some
	}
}

//go:noinline
func call6x8(t *tile, n int) { tile6x8AVX2(t, n) }

func tile8x32(t tile, n int) {
	for n > 0 {
		some := t.burst(n)
		call8x32(&t, some)
		t.next(8 * some)
		n -= some
	}
}

//go:noinline
func call8x32(t *tile, n int) { tile8x32AVX512(t, n) }

// tile8x16 computes two tiles at once where their rows begin at consecutive floats, as in weight gradients: eight sums
// alone wait for each other.
func tile8x16(t tile, n int) {
	for n > 0 {
		if n > 1 && t.rows[15]-t.rows[0] == 15 { // offsets rise
			call16x16(&t)
			t.next(16)
			n -= 2
			continue
		}
		some := 1
		if t.rows[1]-t.rows[0] != 1 { // none will
			some = t.burst(n)
		}
		call8x16(&t, some)
		t.next(8 * some)
		n -= some
	}
}

//go:noinline
func call16x16(t *tile) { tile16x16AVX512(t) }

//go:noinline
func call8x16(t *tile, n int) { tile8x16AVX512(t, n) }

//go:noescape
func tile6x16AVX2(t *tile, n int)

//go:noescape
func tile6x8AVX2(t *tile, n int)

//go:noescape
func tile8x32AVX512(t *tile, n int)

//go:noescape
func tile8x16AVX512(t *tile, n int)

//go:noescape
func tile16x16AVX512(t *tile)
