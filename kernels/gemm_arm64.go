//go:build !purego

package kernels

func init() {
	gemmTile.register(NEON, gemmKernel{6, 16, tile6x16, tile6x8})
}

// The functions below stand between Go and assembly: a Go function has the stack check where a goroutine
// yields to the garbage collector, and assembly has none.

//go:noinline
func tile6x16(t tile) { tile6x16NEON(&t) }

//go:noinline
func tile6x8(t tile) { tile6x8NEON(&t) }

//go:noescape
func tile6x16NEON(t *tile)

//go:noescape
func tile6x8NEON(t *tile)
