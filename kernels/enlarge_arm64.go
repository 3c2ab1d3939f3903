//go:build !purego

package kernels

//go:noescape
func upInputNEON(n, c, ld, row int, x *float32, step, vld int, v *float32)

//go:noescape
func upOutputNEON(n, c, step, mld int, m *float32, ld, row, accumulate int, y *float32)

//go:noescape
func upGradNEON(n, c, ld, row int, x *float32, step, vld int, v *float32)

//go:noescape
func upBackNEON(n, c, ld, row int, x *float32, step, vld int, v *float32)

func init() {
	upInput.register(NEON, tileInputAsm{4, upInputNEON, upInputGeneric, 3, 1, 8}.run)
	upOutput.register(NEON, tileOutputAsm{4, upOutputNEON, upOutputGeneric, 8}.run)
	upGrad.register(NEON, tileInputAsm{4, upGradNEON, upGradGeneric, 2, 2, 8}.run)
	upBack.register(NEON, tileInputAsm{4, upBackNEON, upBackGeneric, 4, 2, 8}.run)
}
