//go:build !purego

package kernels

//go:noescape
func wgInputNEON(n, c, ld, row int, x *float32, step, vld int, v *float32)

//go:noescape
func wgOutputNEON(n, c, step, mld int, m *float32, ld, row, accumulate int, y *float32)

//go:noescape
func wgGradNEON(n, c, ld, row int, x *float32, step, vld int, v *float32)

//go:noescape
func wgWeightsNEON(ld int, u *float32)

//go:noescape
func wgWeightsGradNEON(n, sld int, s *float32, wld int, dw *float32)

func init() {
	wgInput.register(NEON, tileInputAsm{4, wgInputNEON, wgInputGeneric, 4, 2, 15}.run)
	wgOutput.register(NEON, tileOutputAsm{4, wgOutputNEON, wgOutputGeneric, 15}.run)
	wgGrad.register(NEON, tileInputAsm{4, wgGradNEON, wgGradGeneric, 2, 2, 15}.run)
	filterAsm{4, wgWeightsNEON, wgWeightsGradNEON}.register(NEON)
}
