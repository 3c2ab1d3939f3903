//go:build !purego

package kernels

import "math"

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

// actGradient makes a kernel of assembly that takes a multiple of step floats, as elemMap does.
func actGradient(step int, asm func(n int, accumulate bool, x, dy, dx *float32),
	tail func(accumulate bool, x, dy, dx []float32)) func(accumulate bool, x, dy, dx []float32) {
	return func(accumulate bool, x, dy, dx []float32) {
		n := len(x) &^ (step - 1)
		if n > 0 {
			asm(n, accumulate, &x[0], &dy[0], &dx[0])
		}
		if n < len(x) {
			tail(accumulate, x[n:], dy[n:], dx[n:])
		}
	}
}

// actTable holds the constants of the assembly, each in a row as wide as a vector of AVX2. act_amd64.h names
// the rows.
var actTable = actRows(actLo, actHi, 1, float32(math.Copysign(0, -1)), actLog2E, actMagic, actLn2Hi, actLn2Lo,
	actE2, actE3, actE4, actE5, actE6)

func actRows(constants ...float32) (rows [13][8]float32) {
	for i, c := range constants {
		for j := range rows[i] {
			rows[i][j] = c
		}
	}
	return rows
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
