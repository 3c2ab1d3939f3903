//go:build !purego

package kernels

func init() {
	gemmTile.register(AVX2, gemmKernel{6, 16, tile6x16, tile6x8})
	gemmTile.register(AVX512, gemmKernel{8, 32, tile8x32, tile8x16})
}

// The functions below stand between Go and assembly: a Go function has the stack check where a goroutine yields to
// the garbage collector, and assembly has none.

//go:noinline
func tile6x16(t tile) { tile6x16AVX2(&t) }

//go:noinline
func tile6x8(t tile) { tile6x8AVX2(&t) }

//go:noinline
func tile8x32(t tile) { tile8x32AVX512(&t) }

//go:noinline
func tile8x16(t tile) { tile8x16AVX512(&t) }

//go:noescape
func tile6x16AVX2(t *tile)

//go:noescape
func tile6x8AVX2(t *tile)

//go:noescape
func tile8x32AVX512(t *tile)

//go:noescape
func tile8x16AVX512(t *tile)
