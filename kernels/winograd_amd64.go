//go:build !purego

package kernels

//go:noescape
func wgInputAVX2(n, c, ld, row int, x *float32, vld int, v *float32)

//go:noescape
func wgInputAVX512(n, c, ld, row int, x *float32, vld int, v *float32)

//go:noescape
func wgOutputAVX2(n, c, step, mld int, m *float32, ld, row, accumulate int, y *float32)

//go:noescape
func wgOutputAVX512(n, c, step, mld int, m *float32, ld, row, accumulate int, y *float32)

//go:noescape
func wgGradAVX2(n, c, ld, row int, dy *float32, step, dld int, d *float32)

//go:noescape
func wgGradAVX512(n, c, ld, row int, dy *float32, step, dld int, d *float32)

//go:noescape
func wgWeightsAVX2(ld int, u *float32)

//go:noescape
func wgWeightsAVX512(ld int, u *float32)

//go:noescape
func wgWeightsGradAVX2(n, sld int, s *float32, wld int, dw *float32)

//go:noescape
func wgWeightsGradAVX512(n, sld int, s *float32, wld int, dw *float32)

func init() {
	avx2 := winogradAsm{8, wgInputAVX2, wgOutputAVX2, wgGradAVX2, wgWeightsAVX2, wgWeightsGradAVX2, nil}
	avx2.register(AVX2)
	winogradAsm{16, wgInputAVX512, wgOutputAVX512, wgGradAVX512, wgWeightsAVX512, wgWeightsGradAVX512, &avx2}.register(AVX512)
}
