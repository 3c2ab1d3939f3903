package kernels

var (
	bfloatFrom = newFamily("bfloatFrom", bfloatFromGeneric)
	bfloatTo   = newFamily("bfloatTo", bfloatToGeneric)
)

// F32ToBF16 computes y[i] = x[i] as a bfloat16 number: rounded to nearest even, NaN quiet with the upper bits of its payload.
func F32ToBF16(x []float32, y []uint16) { bfloatFrom.fn(x, y[:len(x)]) }

// BF16ToF32 computes y[i] = the bfloat16 number x[i], exactly.
func BF16ToF32(x []uint16, y []float32) { bfloatTo.fn(x, y[:len(x)]) }
