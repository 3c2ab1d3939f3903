//go:build !purego

package kernels

//go:noescape
func channelSumsAVX2(rows, c int, x, y, z, u, v, w *float32)

//go:noescape
func channelMomentsAVX2(rows, c int, x, y, z, u, v, w *float32)

//go:noescape
func channelDotAVX2(rows, c int, x, y, z, u, v, w *float32)

//go:noescape
func channelMulAddAVX2(rows, c int, x, y, z, u, v, w *float32)

//go:noescape
func channelAddAVX2(rows, c int, x, y, z, u, v, w *float32)

//go:noescape
func batchNormGradSumsAVX2(rows, c int, x, y, z, u, v, w *float32)

//go:noescape
func channelSumsAVX512(rows, c int, x, y, z, u, v, w *float32)

//go:noescape
func channelMomentsAVX512(rows, c int, x, y, z, u, v, w *float32)

//go:noescape
func channelDotAVX512(rows, c int, x, y, z, u, v, w *float32)

//go:noescape
func channelMulAddAVX512(rows, c int, x, y, z, u, v, w *float32)

//go:noescape
func channelAddAVX512(rows, c int, x, y, z, u, v, w *float32)

//go:noescape
func batchNormGradSumsAVX512(rows, c int, x, y, z, u, v, w *float32)

func init() {
	registerNorm(AVX2, normSet{channelSumsAVX2, channelMomentsAVX2, channelDotAVX2,
		channelMulAddAVX2, channelAddAVX2, batchNormGradSumsAVX2})
	registerNorm(AVX512, normSet{channelSumsAVX512, channelMomentsAVX512, channelDotAVX512,
		channelMulAddAVX512, channelAddAVX512, batchNormGradSumsAVX512})
}
