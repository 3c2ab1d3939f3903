//go:build !purego

package kernels

import "unsafe"

func init() {
	halfFrom.register(AVX2, halfFromBy8)
	halfClamp.register(AVX2, halfClampBy8)
	halfTo.register(AVX2, halfToBy8)
	halfFrom.register(AVX512, halfFromMasked)
	halfClamp.register(AVX512, halfClampMasked)
	halfTo.register(AVX512, halfToMasked)
}

func halfFromBy8(x []float32, y []uint16) {
	n := len(x) &^ 7
	if n > 0 {
		halfFromAVX2(n, &x[0], &y[0])
	}
	halfFromGeneric(x[n:], y[n:])
}

func halfClampBy8(x []float32, y []uint16) {
	n := len(x) &^ 7
	if n > 0 {
		halfClampAVX2(n, &x[0], &y[0])
	}
	halfClampGeneric(x[n:], y[n:])
}

func halfToBy8(x []uint16, y []float32) {
	n := len(x) &^ 7
	if n > 0 {
		halfToAVX2(n, &x[0], &y[0])
	}
	halfToGeneric(x[n:], y[n:])
}

func halfFromMasked(x []float32, y []uint16) {
	if len(x) > 0 {
		halfFromAVX512(len(x), &x[0], &y[0])
	}
}

// halfClampMasked writes whole cache lines past the caches: what is stored is read much later.
func halfClampMasked(x []float32, y []uint16) {
	const line = cacheLine / 2
	if n := len(x) &^ (line - 1); n > 0 && uintptr(unsafe.Pointer(&y[0]))%cacheLine == 0 {
		halfClampStreamAVX512(n, &x[0], &y[0])
		x, y = x[n:], y[n:]
	}
	if len(x) > 0 {
		halfClampAVX512(len(x), &x[0], &y[0])
	}
}

func halfToMasked(x []uint16, y []float32) {
	if len(x) > 0 {
		halfToAVX512(len(x), &x[0], &y[0])
	}
}

//go:noescape
func halfFromAVX2(n int, x *float32, y *uint16)

//go:noescape
func halfFromAVX512(n int, x *float32, y *uint16)

//go:noescape
func halfClampAVX2(n int, x *float32, y *uint16)

//go:noescape
func halfClampAVX512(n int, x *float32, y *uint16)

//go:noescape
func halfClampStreamAVX512(n int, x *float32, y *uint16)

//go:noescape
func halfToAVX2(n int, x *uint16, y *float32)

//go:noescape
func halfToAVX512(n int, x *uint16, y *float32)
