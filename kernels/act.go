package kernels

var (
	actExp         = newFamily("actExp", actExpGeneric)
	actSigmoid     = newFamily("actSigmoid", actSigmoidGeneric)
	actSigmoidGrad = newFamily("actSigmoidGrad", actSigmoidGradGeneric)
	actSiLU        = newFamily("actSiLU", actSiLUGeneric)
	actSiLUGrad    = newFamily("actSiLUGrad", actSiLUGradGeneric)
	actReLU        = newFamily("actReLU", actReLUGeneric)
	actReLUGrad    = newFamily("actReLUGrad", actReLUGradGeneric)
)

// Exp computes y[i] = e^x[i] within 1 ulp for x[i] in [-87.3, 88.7]. Outside, it is that of the nearer bound,
// so that the result is always finite and normal: Exp(-Inf) = 1.2e-38. NaN stays NaN. y may be x.
//
// e^x = 2ⁿ·e^r with n = x/ln 2 rounded to nearest even, r = x - n·ln 2 with ln 2 in two parts (Cody and
// Waite), and e^r = 1 + r + r²·p(r) with p of degree 4, the minimax polynomial for the relative error.
func Exp(x, y []float32) { actExp.fn(x, y[:len(x)]) }

// Log computes y[i] = ln x[i] within 1 ulp; ln 0 = -Inf, and NaN for what is negative. y may be x.
//
// x = 2ᵏ·(1+f) with 1+f in [√½, √2), and ln(1+f) = f - (f²/2 - s·(f²/2 + R(s²))) with s = f/(2+f), the form
// of FreeBSD's logf.
func Log(x, y []float32) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] = actLn(v)
	}
}

// Sigmoid computes y[i] = 1 / (1 + e^-x[i]) within 3 ulp, as 1/(1+e) or e/(1+e) with e = e^-|x[i]| by Exp:
// below -87.3 it stays 1.2e-38. y may be x.
func Sigmoid(x, y []float32) { actSigmoid.fn(x, y[:len(x)]) }

// SigmoidGrad computes dx[i] = dy[i]·y[i]·(1 - y[i]), or adds that to dx[i], with y of Sigmoid. dx may be dy.
func SigmoidGrad(accumulate bool, y, dy, dx []float32) {
	actSigmoidGrad.fn(accumulate, y, dy[:len(y)], dx[:len(y)])
}

// SiLU computes y[i] = x[i]·Sigmoid(x[i]). y may be x.
func SiLU(x, y []float32) { actSiLU.fn(x, y[:len(x)]) }

// SiLUGrad computes dx[i] = dy[i]·(s·(1 + x[i]·(1 - s))) with s = Sigmoid(x[i]), or adds that to dx[i].
// It takes the input of SiLU and recomputes s: memory is dearer than an exponential. dx may be dy or x.
func SiLUGrad(accumulate bool, x, dy, dx []float32) {
	actSiLUGrad.fn(accumulate, x, dy[:len(x)], dx[:len(x)])
}

// ReLU computes y[i] = max(x[i], 0): +0 for -0, NaN for NaN. y may be x.
func ReLU(x, y []float32) { actReLU.fn(x, y[:len(x)]) }

// ReLUGrad computes dx[i] = dy[i] where y[i] > 0 and 0 elsewhere, or adds that to dx[i]; y is the output or
// the input of ReLU. dx may be dy.
func ReLUGrad(accumulate bool, y, dy, dx []float32) {
	actReLUGrad.fn(accumulate, y, dy[:len(y)], dx[:len(y)])
}
