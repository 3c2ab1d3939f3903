//go:build !purego

package kernels

//go:noescape
func wgInputNEON(n, c, ld, row int, x *float32, vld int, v *float32)

//go:noescape
func wgOutputNEON(n, c, step, mld int, m *float32, ld, row, accumulate int, y *float32)

//go:noescape
func wgGradNEON(n, c, ld, row int, dy *float32, step, dld int, d *float32)

//go:noescape
func wgWeightsNEON(ld int, u *float32)

//go:noescape
func wgWeightsGradNEON(n, sld int, s *float32, wld int, dw *float32)

func init() {
	winogradAsm{4, wgInputNEON, wgOutputNEON, wgGradNEON, wgWeightsNEON, wgWeightsGradNEON, nil}.register(NEON)
}
