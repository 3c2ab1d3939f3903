package tensor

import "unsafe"

// Words returns the memory of floats as integers of the same size, for scratch that is sorted or counted in.
func Words(x []float32) []uint32 {
	return unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}
