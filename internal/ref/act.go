package ref

import "math"

// The bounds beyond which Exp is constant.
const (
	expLow  float32 = -87.3
	expHigh float32 = 88.7
)

// Exp returns e^x for x between -87.3 and 88.7, and beyond those what it is there.
func Exp(x float64) (value, scale float64) {
	y := math.Exp(min(max(x, float64(expLow)), float64(expHigh)))
	return y, y
}

// Log returns ln x.
func Log(x float64) (value, scale float64) {
	y := math.Log(x)
	return y, math.Abs(y)
}

// Sigmoid returns 1/(1 + e^-x), where e^-|x| is that of Exp.
func Sigmoid(x float64) (value, scale float64) {
	e, _ := Exp(-math.Abs(x))
	y := 1 / (1 + e)
	if x < 0 {
		y = e / (1 + e)
	}
	return y, y
}

// SigmoidGrad returns dy·y·(1 - y). Among its errors is that of a denormal dy·y, 2⁻¹⁴⁹.
func SigmoidGrad(y, dy float64) (value, scale float64) {
	return dy * y * (1 - y), (math.Abs(dy*y) + 0x1p-125) * max(math.Abs(1-y), 1)
}

// SiLU returns x·Sigmoid(x).
func SiLU(x float64) (value, scale float64) {
	s, _ := Sigmoid(x)
	return x * s, math.Abs(x * s)
}

// SiLUGrad returns dy·s·(1 + x·(1 - s)), s = Sigmoid(x).
func SiLUGrad(x, dy float64) (value, scale float64) {
	s, _ := Sigmoid(x)
	return dy * s * (1 + x*(1-s)), math.Abs(dy*s) * (1 + math.Abs(x))
}

// ReLU returns max(x, 0).
func ReLU(x float64) (value, scale float64) { return max(x, 0), max(x, 0) }

// ReLUGrad returns dy where y > 0 and 0 elsewhere.
func ReLUGrad(y, dy float64) (value, scale float64) {
	if y > 0 {
		return dy, math.Abs(dy)
	}
	return 0, 0
}

// ReLU6 returns min(max(x, 0), 6).
func ReLU6(x float64) (value, scale float64) { return min(max(x, 0), 6), min(max(x, 0), 6) }

// ReLU6Grad returns dy where 0 < y < 6 and 0 elsewhere.
func ReLU6Grad(y, dy float64) (value, scale float64) {
	if y > 0 && y < 6 {
		return dy, math.Abs(dy)
	}
	return 0, 0
}

// GELU returns x·Φ(x), Φ being the standard normal distribution.
func GELU(x float64) (value, scale float64) {
	return x * normal(x), math.Abs(x) + 0x1p-125
}

// GELUGrad returns dy·(Φ(x) + x·Φ'(x)).
func GELUGrad(x, dy float64) (value, scale float64) {
	bell, _ := Exp(-x * x / 2)
	far := math.Abs(x * bell) // infinite where x is
	return dy * (normal(x) + x*(bell/math.Sqrt(2*math.Pi))), math.Abs(dy)*(1+far) + 0x1p-125
}

// normal is the standard normal distribution, with the exponential of Exp.
func normal(x float64) float64 {
	if x*x/2 > 87.3 {
		bell, _ := Exp(-x * x / 2) // beyond, kernels have a bound
		if x < 0 {
			return bell / 20
		}
		return 1
	}
	return math.Erfc(-x/math.Sqrt2) / 2
}
