package ref

import "math"

// The element-wise functions take one element and return its value and the scale of its error.

// Add returns x + y.
func Add(x, y float64) (value, scale float64) { return x + y, math.Abs(x) + math.Abs(y) }

// Mul returns x·y.
func Mul(x, y float64) (value, scale float64) { return x * y, math.Abs(x * y) }

// MulAdd returns z + x·y.
func MulAdd(x, y, z float64) (value, scale float64) { return z + x*y, math.Abs(z) + math.Abs(x*y) }

// SumSquares returns the sum of all x².
func SumSquares(x []float32) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return sum
}
