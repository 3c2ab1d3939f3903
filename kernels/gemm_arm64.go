//go:build !purego

package kernels

func init() {
	gemmTile.register(NEON, gemmKernel{6, 16, tile6x16, tile6x8, false})
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
func call6x16(t *tile) { tile6x16NEON(t) }

func tile6x8(t tile, n int) {
	for range n {
		call6x8(&t)
		t.next(6)
	}
}

//go:noinline
func call6x8(t *tile) { tile6x8NEON(t) }

//go:noescape
func tile6x16NEON(t *tile)

//go:noescape
func tile6x8NEON(t *tile)
