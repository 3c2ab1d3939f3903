//go:build !purego

package kernels

//go:noescape
func channelSumsNEON(rows, c int, x, y, z, u, v, w *float32)

//go:noescape
func channelMomentsNEON(rows, c int, x, y, z, u, v, w *float32)

//go:noescape
func channelDotNEON(rows, c int, x, y, z, u, v, w *float32)

//go:noescape
func channelAffineNEON(rows, c int, x, y, z, u, v, w *float32)

//go:noescape
func channelScaleNEON(rows, c int, x, y, z, u, v, w *float32)

//go:noescape
func channelMulAddNEON(rows, c int, x, y, z, u, v, w *float32)

//go:noescape
func channelAddNEON(rows, c int, x, y, z, u, v, w *float32)

//go:noescape
func batchNormGradSumsNEON(rows, c int, x, y, z, u, v, w *float32)

//go:noescape
func batchNormGradNEON(rows, c int, x, y, z, u, v, w *float32)

//go:noescape
func batchNormGradAddNEON(rows, c int, x, y, z, u, v, w *float32)

func init() {
	registerNorm(NEON, normSet{channelSumsNEON, channelMomentsNEON, channelDotNEON,
		channelAffineNEON, nil, channelScaleNEON, channelMulAddNEON, channelAddNEON,
		batchNormGradSumsNEON, batchNormGradNEON, batchNormGradAddNEON})
}
