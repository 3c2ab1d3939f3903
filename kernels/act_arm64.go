//go:build !purego

package kernels

func init() {
	actExp.register(NEON, elemMap(4, actExpNEON, actExpGeneric))
	actSigmoid.register(NEON, elemMap(4, actSigmoidNEON, actSigmoidGeneric))
	actSigmoidGrad.register(NEON, actGradient(4, actSigmoidGradNEON, actSigmoidGradGeneric))
	actSiLU.register(NEON, elemMap(4, actSiLUNEON, actSiLUGeneric))
	actSiLUGrad.register(NEON, actGradient(4, actSiLUGradNEON, actSiLUGradGeneric))
	actReLU.register(NEON, elemMap(4, actReLUNEON, actReLUGeneric))
	actReLUGrad.register(NEON, actGradient(4, actReLUGradNEON, actReLUGradGeneric))
}

//go:noescape
func actExpNEON(n int, x, y *float32)

//go:noescape
func actSigmoidNEON(n int, x, y *float32)

//go:noescape
func actSigmoidGradNEON(n int, accumulate bool, y, dy, dx *float32)

//go:noescape
func actSiLUNEON(n int, x, y *float32)

//go:noescape
func actSiLUGradNEON(n int, accumulate bool, x, dy, dx *float32)

//go:noescape
func actReLUNEON(n int, x, y *float32)

//go:noescape
func actReLUGradNEON(n int, accumulate bool, y, dy, dx *float32)
