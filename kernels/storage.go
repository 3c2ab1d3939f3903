package kernels

import (
	"fmt"
	"strings"
)

// A Storage is how numbers wait in memory until they are computed with, which is in float32 always.
type Storage uint8

// The storages, named as in a configuration.
const (
	StoreAuto     Storage = iota // as the precision says
	StoreFloat32                 // as they are
	StoreFloat16                 // IEEE 754 half: 11 bits of significand, denormals down to 6e-8, limited to ±65504
	StoreBFloat16                // 8 bits of significand, the exponents of float32
)

var storageNames = []string{"auto", "fp32", "fp16", "bf16"}

// String returns the name of a configuration.
func (s Storage) String() string { return storageNames[s] }

// ParseStorage returns the storage of that name.
func ParseStorage(name string) (Storage, error) {
	for i, n := range storageNames {
		if n == name {
			return Storage(i), nil
		}
	}
	return 0, fmt.Errorf("no storage %q; there are: %s", name, strings.Join(storageNames, ", "))
}

// Pack writes x to y in 16 bits, rounded to nearest even. NaN stays NaN. It panics unless that is StoreFloat16 or
// StoreBFloat16.
func (s Storage) Pack(x []float32, y []uint16) {
	switch s {
	case StoreFloat16:
		F32ToF16Clamped(x, y)
	case StoreBFloat16:
		F32ToBF16(x, y)
	default:
		panic(fmt.Sprintf("kernels: %v is not stored in 16 bits", s))
	}
}

// Unpack computes what Pack has written to x, in float32, exactly.
func (s Storage) Unpack(x []uint16, y []float32) {
	switch s {
	case StoreFloat16:
		F16ToF32(x, y)
	case StoreBFloat16:
		BF16ToF32(x, y)
	default:
		panic(fmt.Sprintf("kernels: %v is not stored in 16 bits", s))
	}
}
