//go:build !purego

package kernels

func init() {
	actExp.register(AVX2, elemMap(8, actExpAVX2, actExpGeneric))
	actSigmoid.register(AVX2, elemMap(8, actSigmoidAVX2, actSigmoidGeneric))
	actSigmoidGrad.register(AVX2, actGradient(8, actSigmoidGradAVX2, actSigmoidGradGeneric))
	actSiLU.register(AVX2, elemMap(8, actSiLUAVX2, actSiLUGeneric))
	actSiLUGrad.register(AVX2, actGradient(8, actSiLUGradAVX2, actSiLUGradGeneric))
	actReLU.register(AVX2, elemMap(8, actReLUAVX2, actReLUGeneric))
	actReLUGrad.register(AVX2, actGradient(8, actReLUGradAVX2, actReLUGradGeneric))

	actExp.register(AVX512, elemMap(1, actExpAVX512, nil))
	actSigmoid.register(AVX512, elemMap(1, actSigmoidAVX512, nil))
	actSigmoidGrad.register(AVX512, actGradient(1, actSigmoidGradAVX512, nil))
	actSiLU.register(AVX512, elemMap(1, actSiLUAVX512, nil))
	actSiLUGrad.register(AVX512, actGradient(1, actSiLUGradAVX512, nil))
	actReLU.register(AVX512, elemMap(1, actReLUAVX512, nil))
	actReLUGrad.register(AVX512, actGradient(1, actReLUGradAVX512, nil))
}

//go:noescape
func actExpAVX2(n int, x, y *float32)

//go:noescape
func actExpAVX512(n int, x, y *float32)

//go:noescape
func actSigmoidAVX2(n int, x, y *float32)

//go:noescape
func actSigmoidAVX512(n int, x, y *float32)

//go:noescape
func actSigmoidGradAVX2(n int, accumulate bool, y, dy, dx *float32)

//go:noescape
func actSigmoidGradAVX512(n int, accumulate bool, y, dy, dx *float32)

//go:noescape
func actSiLUAVX2(n int, x, y *float32)

//go:noescape
func actSiLUAVX512(n int, x, y *float32)

//go:noescape
func actSiLUGradAVX2(n int, accumulate bool, x, dy, dx *float32)

//go:noescape
func actSiLUGradAVX512(n int, accumulate bool, x, dy, dx *float32)

//go:noescape
func actReLUAVX2(n int, x, y *float32)

//go:noescape
func actReLUAVX512(n int, x, y *float32)

//go:noescape
func actReLUGradAVX2(n int, accumulate bool, y, dy, dx *float32)

//go:noescape
func actReLUGradAVX512(n int, accumulate bool, y, dy, dx *float32)
