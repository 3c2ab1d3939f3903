//go:build !purego

package kernels

func init() {
	gemmTile.register(AVX2, gemmKernel{6, 16, tile6x16, tile6x8, false})
	gemmTile.register(AVX512, gemmKernel{8, 32, tile8x32, tile8x16, true})
}

// Between two tiles a goroutine must be able to yield to the garbage collector. Assembly has no place for that, nor has
// a loop around it: the functions named call are Go, are not inlined, and check the stack.

func tile6x16(t tile, n int) {
	for range n {
		call6x16(&t)
		t.next(6)
	}
}

//go:noinline
func call6x16(t *tile) { tile6x16AVX2(t) }

func tile6x8(t tile, n int) {
	for range n {
		call6x8(&t)
		t.next(6)
	}
}

//go:noinline
func call6x8(t *tile) { tile6x8AVX2(t) }

func tile8x32(t tile, n int) {
	for range n {
		call8x32(&t)
		t.next(8)
	}
}

//go:noinline
func call8x32(t *tile) { tile8x32AVX512(t) }

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
		call8x16(&t)
		t.next(8)
		n--
	}
}

//go:noinline
func call16x16(t *tile) { tile16x16AVX512(t) }

//go:noinline
func call8x16(t *tile) { tile8x16AVX512(t) }

//go:noescape
func tile6x16AVX2(t *tile)

//go:noescape
func tile6x8AVX2(t *tile)

//go:noescape
func tile8x32AVX512(t *tile)

//go:noescape
func tile8x16AVX512(t *tile)

//go:noescape
func tile16x16AVX512(t *tile)
