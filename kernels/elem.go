package kernels

var (
	elemFill    = newFamily("elemFill", elemFillGeneric)
	elemAdd     = newFamily("elemAdd", elemAddGeneric)
	elemMul     = newFamily("elemMul", elemMulGeneric)
	elemMulAdd  = newFamily("elemMulAdd", elemMulAddGeneric)
	elemScale   = newFamily("elemScale", elemScaleGeneric)
	elemAxpy    = newFamily("elemAxpy", elemAxpyGeneric)
	elemSquares = newFamily("elemSquares", elemSquaresGeneric)
	elemFinite  = newFamily("elemFinite", elemFiniteGeneric)
)

// elemLanes is the number of partial sums of SumSquares on every processor.
const elemLanes = 16

// Fill computes y[i] = a.
func Fill(a float32, y []float32) { elemFill.fn(a, y) }

// Add computes z[i] = x[i] + y[i]. z may be x or y.
func Add(x, y, z []float32) { elemAdd.fn(x, y[:len(x)], z[:len(x)]) }

// Accumulate computes y[i] += x[i].
func Accumulate(x, y []float32) { elemAdd.fn(x, y[:len(x)], y[:len(x)]) }

// Mul computes z[i] = x[i] * y[i]. z may be x or y.
func Mul(x, y, z []float32) { elemMul.fn(x, y[:len(x)], z[:len(x)]) }

// MulAccumulate computes z[i] += x[i] * y[i], rounding the product and the sum.
func MulAccumulate(x, y, z []float32) { elemMulAdd.fn(x, y[:len(x)], z[:len(x)]) }

// Scale computes y[i] = a * x[i]. y may be x.
func Scale(a float32, x, y []float32) { elemScale.fn(a, x, y[:len(x)]) }

// Axpy computes y[i] += a * x[i], rounding the product and the sum.
func Axpy(a float32, x, y []float32) { elemAxpy.fn(a, x, y[:len(x)]) }

// SumSquares returns the sum of x[i]² in float64, where a square is exact and cannot overflow; it is NaN or
// +Inf exactly if some x[i] is not finite. Lane l of 16 sums the squares of x[l], x[l+16], … in order. Then
// lane l adds lane l+8, for the first eight, l+4 for the first four, l+2, l+1.
func SumSquares(x []float32) float64 {
	lane := elemSquares.fn(x)
	for half := elemLanes / 2; half > 0; half /= 2 {
		for l := range half {
			lane[l] += lane[l+half]
		}
	}
	return lane[0]
}

// AllFinite reports whether no x[i] is infinite or NaN.
func AllFinite(x []float32) bool { return elemFinite.fn(x) }
