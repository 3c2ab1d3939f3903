package kernels

var (
	bytesSum = newFamily("bytesSum", bytesSumGeneric)
	bytesAdd = newFamily("bytesAdd", bytesAddGeneric)
)

// ByteSum returns Σ x[i].
func ByteSum(x []uint8) uint64 { return bytesSum.fn(x) }

// ByteAdd computes y[i] = min(x[i] + y[i], 255).
func ByteAdd(x, y []uint8) { bytesAdd.fn(x, y[:len(x)]) }
