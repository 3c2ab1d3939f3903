//go:build !purego

package kernels

//go:noescape
func poolMaxNEON(rows, c int, x, y, z, u, v, w *float32)

func init() {
	poolMax.register(NEON, func(rows, c int, x, y []float32) {
		normAsm(poolMaxNEON).run(rows, c, x, nil, nil, y, nil, nil)
	})
}
