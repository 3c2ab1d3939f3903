package kernels

// A Storage is how numbers wait in memory until they are computed with, which is in float32 always.
type Storage uint8

// The storages.
const (
	StoreFloat32  Storage = iota // as they are
	StoreFloat16                 // IEEE 754 half: 11 bits of significand, denormals down to 6e-8, limited to ±65504
	StoreBFloat16                // 8 bits of significand, the exponents of float32
)

// Storage returns how a training step of this precision stores what waits for its backward pass.
func (p Precision) Storage() Storage {
	if p == Float16 {
		return StoreFloat16
	}
	return StoreFloat32
}

// Pack writes x to y in 16 bits, rounded to nearest even. NaN stays NaN. It panics for StoreFloat32.
func (s Storage) Pack(x []float32, y []uint16) {
	switch s {
	case StoreFloat16:
		F32ToF16Clamped(x, y)
	case StoreBFloat16:
		bf16.fn.split(x, y[:len(x)], nil)
	default:
		panic("kernels: float32 is not stored in 16 bits")
	}
}

// Unpack writes what Pack has written to x to y, exactly.
func (s Storage) Unpack(x []uint16, y []float32) {
	switch s {
	case StoreFloat16:
		F16ToF32(x, y)
	case StoreBFloat16:
		bf16To.fn(x, y[:len(x)])
	default:
		panic("kernels: float32 is not stored in 16 bits")
	}
}
