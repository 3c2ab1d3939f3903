package kernels

var (
	geluMap  = newFamily("geluMap", geluMapGeneric)
	geluGrad = newFamily("geluGrad", geluGradGeneric)
)

// GELU computes y[i] = x[i]·Φ(x[i]) within 6·2⁻²⁴·|x[i]|, Φ being the standard normal distribution (Hendrycks and Gimpel,
// arXiv:1606.08415). y may be x.
//
// Φ(-|x|) = ½·e^(-x²/2)·t·p(t) with t = 1/(1 + 0.4·|x|/√2) and p of degree 8, fitted to the scaled complementary error
// function; the exponential is that of Exp.
func GELU(x, y []float32) { geluMap.fn(x, y[:len(x)]) }

// GELUGrad computes dx[i] = dy[i]·(Φ(x[i]) + x[i]·e^(-x[i]²/2)/√(2π)), or adds that to dx[i], with x of GELU. dx may be dy.
func GELUGrad(accumulate bool, x, dy, dx []float32) {
	geluGrad.fn(accumulate, x, dy[:len(x)], dx[:len(x)])
}
