//go:build !purego

package kernels

import "golang.org/x/sys/cpu"

func init() {
	bytesTable.register(AVX2, bytesTableBy32)
	if cpu.X86.HasAVX512VBMI {
		bytesTable.register(AVX512, bytesTableBy64)
	}
	bytesExchange.register(AVX2, bytesExchangeBy32)
	bytesExchange.register(AVX512, bytesExchangeBy64)
	bytesTaps.register(AVX2, bytesTapsBy32)
	bytesTaps.register(AVX512, bytesTapsBy64)
	bytesToFloat.register(AVX2, bytesToFloatBy8)
	bytesOfFloat.register(AVX2, bytesOfFloatBy32)
}

func bytesTableBy32(t *[256]uint8, x, y []uint8) {
	n := len(x) &^ 31
	if n > 0 {
		d := bytesSteps(t)
		bytesTableAVX2(n, &d, &x[0], &y[0])
	}
	bytesTableGeneric(t, x[n:], y[n:])
}

// bytesSteps returns what each row of 16 entries adds, by exclusive or, to the row above it, in both halves of the
// table.
func bytesSteps(t *[256]uint8) [256]uint8 {
	d := *t
	for i := range d {
		if i%128 >= 16 {
			d[i] ^= t[i-16]
		}
	}
	return d
}

func bytesTableBy64(t *[256]uint8, x, y []uint8) {
	n := len(x) &^ 63
	if n > 0 {
		bytesTableAVX512(n, t, &x[0], &y[0])
	}
	bytesTableGeneric(t, x[n:], y[n:])
}

func bytesExchangeBy32(x, y []uint8) {
	n := len(x) &^ 31
	if n > 0 {
		bytesExchangeAVX2(n, &x[0], &y[0])
	}
	bytesExchangeGeneric(x[n:], y[n:])
}

func bytesExchangeBy64(x, y []uint8) {
	n := len(x) &^ 63
	if n > 0 {
		bytesExchangeAVX512(n, &x[0], &y[0])
	}
	bytesExchangeGeneric(x[n:], y[n:])
}

func bytesTapsBy32(shift int, w []int16, x [][]uint8, y []uint8) {
	n := len(y) &^ 31
	if n > 0 {
		bytesTapsAVX2(n, shift, len(w), &w[0], &x[0], &y[0])
	}
	bytesTapsFrom(n, shift, w, x, y)
}

func bytesTapsBy64(shift int, w []int16, x [][]uint8, y []uint8) {
	n := len(y) &^ 63
	if n > 0 {
		bytesTapsAVX512(n, shift, len(w), &w[0], &x[0], &y[0])
	}
	bytesTapsFrom(n, shift, w, x, y)
}

func bytesToFloatBy8(x []uint8, y []float32) {
	n := len(x) &^ 7
	if n > 0 {
		bytesToFloatAVX2(n, &x[0], &y[0])
	}
	bytesToFloatGeneric(x[n:], y[n:])
}

func bytesOfFloatBy32(x []float32, y []uint8) {
	n := len(x) &^ 31
	if n > 0 {
		bytesOfFloatAVX2(n, &x[0], &y[0])
	}
	bytesOfFloatGeneric(x[n:], y[n:])
}

//go:noescape
func bytesTableAVX2(n int, steps *[256]uint8, x, y *uint8)

//go:noescape
func bytesTableAVX512(n int, t *[256]uint8, x, y *uint8)

//go:noescape
func bytesExchangeAVX2(n int, x, y *uint8)

//go:noescape
func bytesExchangeAVX512(n int, x, y *uint8)

//go:noescape
func bytesTapsAVX2(n, shift, taps int, w *int16, x *[]uint8, y *uint8)

//go:noescape
func bytesTapsAVX512(n, shift, taps int, w *int16, x *[]uint8, y *uint8)

//go:noescape
func bytesToFloatAVX2(n int, x *uint8, y *float32)

//go:noescape
func bytesOfFloatAVX2(n int, x *float32, y *uint8)
