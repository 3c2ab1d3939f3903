//go:build !purego

package kernels

func init() {
	bfloatFrom.register(AVX2, bfloatFromBy8)
	bfloatTo.register(AVX2, bfloatToBy8)
	bfloatFrom.register(AVX512, bfloatFromMasked)
	bfloatTo.register(AVX512, bfloatToMasked)
}

func bfloatFromBy8(x []float32, y []uint16) {
	n := len(x) &^ 7
	if n > 0 {
		bfloatFromAVX2(n, &x[0], &y[0])
	}
	bfloatFromGeneric(x[n:], y[n:])
}

func bfloatToBy8(x []uint16, y []float32) {
	n := len(x) &^ 7
	if n > 0 {
		bfloatToAVX2(n, &x[0], &y[0])
	}
	bfloatToGeneric(x[n:], y[n:])
}

func bfloatFromMasked(x []float32, y []uint16) {
	if len(x) > 0 {
		bfloatFromAVX512(len(x), &x[0], &y[0])
	}
}

func bfloatToMasked(x []uint16, y []float32) {
	if len(x) > 0 {
		bfloatToAVX512(len(x), &x[0], &y[0])
	}
}

//go:noescape
func bfloatFromAVX2(n int, x *float32, y *uint16)

//go:noescape
func bfloatFromAVX512(n int, x *float32, y *uint16)

//go:noescape
func bfloatToAVX2(n int, x *uint16, y *float32)

//go:noescape
func bfloatToAVX512(n int, x *uint16, y *float32)
