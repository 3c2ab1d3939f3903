//go:build !purego

package kernels

func init() {
	elemFill.register(NEON, elemFilled(4, elemFillNEON, elemFillGeneric))
	elemAdd.register(NEON, elemZip(4, elemAddNEON, elemAddGeneric))
	elemMul.register(NEON, elemZip(4, elemMulNEON, elemMulGeneric))
	elemMulAdd.register(NEON, elemZip(4, elemMulAddNEON, elemMulAddGeneric))
	elemScale.register(NEON, elemScaled(4, elemScaleNEON, elemScaleGeneric))
	elemAxpy.register(NEON, elemScaled(4, elemAxpyNEON, elemAxpyGeneric))
	elemSquares.register(NEON, elemSquaresBy16)
	elemFinite.register(NEON, elemFiniteBy4)
}

func elemSquaresBy16(x []float32) (lane [elemLanes]float64) {
	n := len(x) &^ (elemLanes - 1)
	if n > 0 {
		elemSquaresNEON(n, &x[0], &lane)
	}
	elemSquaresInto(x[n:], &lane)
	return lane
}

func elemFiniteBy4(x []float32) bool {
	n := len(x) &^ 3
	return (n == 0 || elemFiniteNEON(n, &x[0])) && elemFiniteGeneric(x[n:])
}

//go:noescape
func elemFillNEON(n int, a float32, y *float32)

//go:noescape
func elemAddNEON(n int, x, y, z *float32)

//go:noescape
func elemMulNEON(n int, x, y, z *float32)

//go:noescape
func elemMulAddNEON(n int, x, y, z *float32)

//go:noescape
func elemScaleNEON(n int, a float32, x, y *float32)

//go:noescape
func elemAxpyNEON(n int, a float32, x, y *float32)

// elemSquaresNEON adds n squares to the lanes, n a multiple of 16.
//
//go:noescape
func elemSquaresNEON(n int, x *float32, lane *[elemLanes]float64)

//go:noescape
func elemFiniteNEON(n int, x *float32) bool
