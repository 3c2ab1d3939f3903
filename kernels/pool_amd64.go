//go:build !purego

package kernels

//go:noescape
func poolMaxAVX2(rows, c int, x, y, z, u, v, w *float32)

//go:noescape
func poolMaxAVX512(rows, c int, x, y, z, u, v, w *float32)

func init() {
	registerPoolMax(AVX2, poolMaxAVX2)
	registerPoolMax(AVX512, poolMaxAVX512)
}

func registerPoolMax(isa ISA, asm normAsm) {
	poolMax.register(isa, func(rows, c int, x, y []float32) {
		asm.run(rows, c, x, nil, nil, y, nil, nil)
	})
}
