//go:build !purego

package kernels

import "sync"

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
		channelMulAddNEON, channelAddNEON, batchNormGradSumsNEON})
	channelAffine.register(NEON, func(rows, c int, _ bool, x, a, b, y []float32) {
		normAsm(channelAffineNEON).run(rows, c, x, y, nil, a, b, nil)
	})
	channelAffineReLU.register(NEON, afterAffine(func(y []float32) { actReLU.fn(y, y) }))
	channelAffineSiLU.register(NEON, afterAffine(func(y []float32) { actSiLU.fn(y, y) }))
	channelScale.register(NEON, func(rows, c int, _ bool, x, a, y []float32) {
		normAsm(channelScaleNEON).run(rows, c, x, y, nil, a, nil, nil)
	})
	batchNormGrad.register(NEON, func(rows, c int, _ bool, x, dy, a, b, k, dx []float32) {
		normAsm(batchNormGradNEON).run(rows, c, x, dy, dx, a, b, k)
	})
	batchNormGradAdd.register(NEON, func(rows, c int, x, dy, a, b, k, dx []float32) {
		normAsm(batchNormGradAddNEON).run(rows, c, x, dy, dx, a, b, k)
	})
	channelAffineReLUGrad.register(NEON, throughAffine(func(z, dy, dx []float32) { actReLUGrad.fn(false, z, dy, dx) }))
	channelAffineSiLUGrad.register(NEON, throughAffine(func(z, dy, dx []float32) { actSiLUGrad.fn(false, z, dy, dx) }))
}

// afterAffine composes kernels, some rows at a time, which stay in the cache between the two.
func afterAffine(act func(y []float32)) func(rows, c int, stream bool, x, a, b, y []float32) {
	return func(rows, c int, _ bool, x, a, b, y []float32) {
		step := max(1, normFloats/max(1, c))
		for i := 0; i < rows; i += step {
			n := min(step, rows-i)
			y := y[i*c:][:n*c]
			channelAffine.fn(n, c, false, x[i*c:][:n*c], a, b, y)
			act(y)
		}
	}
}

// throughAffine does so for gradients, a part of a row at a time.
func throughAffine(grad func(z, dy, dx []float32)) func(rows, c int, x, a, b, dy, dx []float32) {
	const most = 1 << 10
	blocks := sync.Pool{New: func() any { return new([most]float32) }}
	return func(rows, c int, x, a, b, dy, dx []float32) {
		block := blocks.Get().(*[most]float32)
		defer blocks.Put(block)
		step := max(1, most/max(1, c))
		for i := 0; i < rows; i += step {
			n := min(step, rows-i)
			for j := 0; j < c; j += most {
				cols := min(c-j, most)
				z := block[:n*cols]
				channelAffine.fn(n, cols, false, x[i*c+j:][:n*cols], a[j:j+cols], b[j:j+cols], z)
				grad(z, dy[i*c+j:][:n*cols], dx[i*c+j:][:n*cols])
			}
		}
	}
}
