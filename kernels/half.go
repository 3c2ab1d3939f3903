package kernels

var (
	halfFrom  = newFamily("halfFrom", halfFromGeneric)
	halfClamp = newFamily("halfClamp", halfClampGeneric)
	halfTo    = newFamily("halfTo", halfToGeneric)
)

// F32ToF16 computes y[i] = x[i] as an IEEE 754 half: rounded to nearest even, 65520 and more to infinity, NaN
// quiet with the upper bits of its payload.
func F32ToF16(x []float32, y []uint16) { halfFrom.fn(x, y[:len(x)]) }

// MaxHalf is the largest finite IEEE 754 half.
const MaxHalf = 65504

// F32ToF16Clamped is F32ToF16 of x, limited to -MaxHalf and MaxHalf: nothing becomes infinite, and NaN stays NaN.
func F32ToF16Clamped(x []float32, y []uint16) { halfClamp.fn(x, y[:len(x)]) }

// F16ToF32 computes y[i] = the half x[i], exactly; NaN becomes quiet.
func F16ToF32(x []uint16, y []float32) { halfTo.fn(x, y[:len(x)]) }
