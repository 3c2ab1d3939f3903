//go:build !purego

package kernels

// The sums of squares and the test for finite numbers wait for memory, not for arithmetic: AVX2 does for both.
func init() {
	elemFill.register(AVX2, elemFilled(8, elemFillAVX2, elemFillGeneric))
	elemAdd.register(AVX2, elemZip(8, elemAddAVX2, elemAddGeneric))
	elemMul.register(AVX2, elemZip(8, elemMulAVX2, elemMulGeneric))
	elemMulAdd.register(AVX2, elemZip(8, elemMulAddAVX2, elemMulAddGeneric))
	elemScale.register(AVX2, elemScaled(8, elemScaleAVX2, elemScaleGeneric))
	elemAxpy.register(AVX2, elemScaled(8, elemAxpyAVX2, elemAxpyGeneric))
	elemSquares.register(AVX2, elemSquaresBy16)
	elemFinite.register(AVX2, elemFiniteBy8)

	elemFill.register(AVX512, elemFilled(1, elemFillAVX512, nil))
	elemAdd.register(AVX512, elemZip(1, elemAddAVX512, nil))
	elemMul.register(AVX512, elemZip(1, elemMulAVX512, nil))
	elemMulAdd.register(AVX512, elemZip(1, elemMulAddAVX512, nil))
	elemScale.register(AVX512, elemScaled(1, elemScaleAVX512, nil))
	elemAxpy.register(AVX512, elemScaled(1, elemAxpyAVX512, nil))
}

func elemSquaresBy16(x []float32) (lane [elemLanes]float64) {
	n := len(x) &^ (elemLanes - 1)
	if n > 0 {
		elemSquaresAVX2(n, &x[0], &lane)
	}
	elemSquaresInto(x[n:], &lane)
	return lane
}

func elemFiniteBy8(x []float32) bool {
	n := len(x) &^ 7
	return (n == 0 || elemFiniteAVX2(n, &x[0])) && elemFiniteGeneric(x[n:])
}

//go:noescape
func elemFillAVX2(n int, a float32, y *float32)

//go:noescape
func elemFillAVX512(n int, a float32, y *float32)

//go:noescape
func elemAddAVX2(n int, x, y, z *float32)

//go:noescape
func elemAddAVX512(n int, x, y, z *float32)

//go:noescape
func elemMulAVX2(n int, x, y, z *float32)

//go:noescape
func elemMulAVX512(n int, x, y, z *float32)

//go:noescape
func elemMulAddAVX2(n int, x, y, z *float32)

//go:noescape
func elemMulAddAVX512(n int, x, y, z *float32)

//go:noescape
func elemScaleAVX2(n int, a float32, x, y *float32)

//go:noescape
func elemScaleAVX512(n int, a float32, x, y *float32)

//go:noescape
func elemAxpyAVX2(n int, a float32, x, y *float32)

//go:noescape
func elemAxpyAVX512(n int, a float32, x, y *float32)

// elemSquaresAVX2 adds n squares to the lanes, n a multiple of 16.
//
//go:noescape
func elemSquaresAVX2(n int, x *float32, lane *[elemLanes]float64)

//go:noescape
func elemFiniteAVX2(n int, x *float32) bool
