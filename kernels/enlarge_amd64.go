//go:build !purego

package kernels

//go:noescape
func upInputAVX2(n, c, ld, row int, x *float32, step, vld int, v *float32)

//go:noescape
func upInputAVX512(n, c, ld, row int, x *float32, step, vld int, v *float32)

//go:noescape
func upOutputAVX2(n, c, step, mld int, m *float32, ld, row, accumulate int, y *float32)

//go:noescape
func upOutputAVX512(n, c, step, mld int, m *float32, ld, row, accumulate int, y *float32)

//go:noescape
func upGradAVX2(n, c, ld, row int, x *float32, step, vld int, v *float32)

//go:noescape
func upGradAVX512(n, c, ld, row int, x *float32, step, vld int, v *float32)

//go:noescape
func upBackAVX2(n, c, ld, row int, x *float32, step, vld int, v *float32)

//go:noescape
func upBackAVX512(n, c, ld, row int, x *float32, step, vld int, v *float32)

func init() {
	input := tileInputAsm{8, upInputAVX2, upInputGeneric, 3, 1, 8}.run
	output := tileOutputAsm{8, upOutputAVX2, upOutputGeneric, 8}.run
	grad := tileInputAsm{8, upGradAVX2, upGradGeneric, 2, 2, 8}.run
	back := tileInputAsm{8, upBackAVX2, upBackGeneric, 4, 2, 8}.run
	upInput.register(AVX2, input)
	upOutput.register(AVX2, output)
	upGrad.register(AVX2, grad)
	upBack.register(AVX2, back)

	upInput.register(AVX512, tileInputAsm{16, upInputAVX512, input, 3, 1, 8}.run)
	upOutput.register(AVX512, tileOutputAsm{16, upOutputAVX512, output, 8}.run)
	upGrad.register(AVX512, tileInputAsm{16, upGradAVX512, grad, 2, 2, 8}.run)
	upBack.register(AVX512, tileInputAsm{16, upBackAVX512, back, 4, 2, 8}.run)
}
