//go:build !purego

package kernels

func init() {
	dot16Blocks.register(AVX512, dot16Kernel{dot16AVX512, 32})
	dot16Blocks.register(AMX, dot16Kernel{dot16AMX, 1})
}

//go:noescape
func dot16AVX512(d dot16)

//go:noescape
func dot16AMX(d dot16)
