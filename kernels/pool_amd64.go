//go:build !purego

package kernels

//go:noescape
func poolMaxAVX2(rows, c int, x, y, z, u, v, w *float32)

//go:noescape
func poolMaxGradAVX2(rows, c int, x, y, z, u, v, w *float32)

//go:noescape
func poolMaxAVX512(rows, c int, x, y, z, u, v, w *float32)

//go:noescape
func poolMaxGradAVX512(rows, c int, x, y, z, u, v, w *float32)

func init() {
	registerPool(AVX2, poolMaxAVX2, poolMaxGradAVX2)
	registerPool(AVX512, poolMaxAVX512, poolMaxGradAVX512)
}

func registerPool(isa ISA, forward, grad normAsm) {
	poolMax.register(isa, func(rows, c int, x, y []float32) {
		forward.run(rows, c, x, nil, nil, y, nil, nil)
	})
	poolMaxGrad.register(isa, func(rows, c int, x, y, rest, dx []float32) {
		grad.run(rows, c, x, nil, dx, y, rest, nil)
	})
}
