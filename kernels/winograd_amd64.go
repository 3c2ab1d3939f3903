//go:build !purego

package kernels

//go:noescape
func wgInputAVX2(n, c, ld, row int, x *float32, step, vld int, v *float32)

//go:noescape
func wgInputAVX512(n, c, ld, row int, x *float32, step, vld int, v *float32)

//go:noescape
func wgOutputAVX2(n, c, step, mld int, m *float32, ld, row, accumulate int, y *float32)

//go:noescape
func wgOutputAVX512(n, c, step, mld int, m *float32, ld, row, accumulate int, y *float32)

//go:noescape
func wgGradAVX2(n, c, ld, row int, x *float32, step, vld int, v *float32)

//go:noescape
func wgGradAVX512(n, c, ld, row int, x *float32, step, vld int, v *float32)

//go:noescape
func wgWeightsAVX2(ld int, u *float32)

//go:noescape
func wgWeightsAVX512(ld int, u *float32)

//go:noescape
func wgWeightsGradAVX2(n, sld int, s *float32, wld int, dw *float32)

//go:noescape
func wgWeightsGradAVX512(n, sld int, s *float32, wld int, dw *float32)

func init() {
	input := tileInputAsm{8, wgInputAVX2, wgInputGeneric, 4, 2, 15}.run
	output := tileOutputAsm{8, wgOutputAVX2, wgOutputGeneric, 15}.run
	grad := tileInputAsm{8, wgGradAVX2, wgGradGeneric, 2, 2, 15}.run
	wgInput.register(AVX2, input)
	wgOutput.register(AVX2, output)
	wgGrad.register(AVX2, grad)
	filterAsm{8, wgWeightsAVX2, wgWeightsGradAVX2}.register(AVX2)

	wgInput.register(AVX512, tileInputAsm{16, wgInputAVX512, input, 4, 2, 15}.run)
	wgOutput.register(AVX512, tileOutputAsm{16, wgOutputAVX512, output, 15}.run)
	wgGrad.register(AVX512, tileInputAsm{16, wgGradAVX512, grad, 2, 2, 15}.run)
	filterAsm{16, wgWeightsAVX512, wgWeightsGradAVX512}.register(AVX512)
}
