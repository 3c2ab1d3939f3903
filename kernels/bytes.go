package kernels

import "fmt"

// Kernels on bytes: 8-bit pictures are changed by them. Their arithmetic is whole numbers, so that vectors of any
// width agree; only the way to and from float32 rounds, once.

var (
	bytesTable    = newFamily("bytesTable", bytesTableGeneric)
	bytesExchange = newFamily("bytesExchange", bytesExchangeGeneric) // the wires of ByteMedian
	bytesTaps     = newFamily("bytesTaps", bytesTapsGeneric)
	bytesToFloat  = newFamily("bytesToFloat", bytesToFloatGeneric)
	bytesOfFloat  = newFamily("bytesOfFloat", bytesOfFloatGeneric)
)

// ByteTable computes y[i] = t[x[i]]. y may be x.
func ByteTable(t *[256]uint8, x, y []uint8) { bytesTable.fn(t, x, y[:len(x)]) }

// ByteTaps computes y[i] = (Σ w[k]·x[k][i] + 2^(shift−1)) >> shift, clamped to 0..255, with shift from 1 to 22. The
// sum of the magnitudes of w must be below 2²³, so that 32 bits hold it; there must be a tap. y must not overlap x.
func ByteTaps(shift int, w []int16, x [][]uint8, y []uint8) {
	if shift < 1 || shift > 22 || len(w) == 0 || len(x) != len(w) {
		panic(fmt.Sprintf("kernels: ByteTaps: shift %d, %d weights, %d rows", shift, len(w), len(x)))
	}
	for _, row := range x {
		_ = row[:len(y)]
	}
	bytesTaps.fn(shift, w, x, y)
}

// BytesToFloats computes y[i] = x[i]/255.
func BytesToFloats(x []uint8, y []float32) { bytesToFloat.fn(x, y[:len(x)]) }

// FloatsToBytes computes y[i] = 255·x[i], rounded, halves up; samples outside [0, 1] are clamped and NaN is 0.
func FloatsToBytes(x []float32, y []uint8) { bytesOfFloat.fn(x, y[:len(x)]) }
