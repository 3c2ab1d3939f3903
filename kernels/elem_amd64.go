//go:build !purego

package kernels

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
	elemSquares.register(AVX512, elemSquaresMasked)
	elemFinite.register(AVX512, elemFiniteMasked)
}

// The functions below make a kernel of assembly that takes a multiple of step floats, step being a power of
// two; tail, the generic kernel, takes the rest, and is nil where step is 1. The function they return also is
// the place where a goroutine can be preempted between two calls, which assembly is not.

func elemFilled(step int, asm func(n int, a float32, y *float32),
	tail func(a float32, y []float32)) func(a float32, y []float32) {
	return func(a float32, y []float32) {
		n := len(y) &^ (step - 1)
		if n > 0 {
			asm(n, a, &y[0])
		}
		if n < len(y) {
			tail(a, y[n:])
		}
	}
}

func elemMap(step int, asm func(n int, x, y *float32),
	tail func(x, y []float32)) func(x, y []float32) {
	return func(x, y []float32) {
		n := len(x) &^ (step - 1)
		if n > 0 {
			asm(n, &x[0], &y[0])
		}
		if n < len(x) {
			tail(x[n:], y[n:])
		}
	}
}

func elemZip(step int, asm func(n int, x, y, z *float32),
	tail func(x, y, z []float32)) func(x, y, z []float32) {
	return func(x, y, z []float32) {
		n := len(x) &^ (step - 1)
		if n > 0 {
			asm(n, &x[0], &y[0], &z[0])
		}
		if n < len(x) {
			tail(x[n:], y[n:], z[n:])
		}
	}
}

func elemScaled(step int, asm func(n int, a float32, x, y *float32),
	tail func(a float32, x, y []float32)) func(a float32, x, y []float32) {
	return func(a float32, x, y []float32) {
		n := len(x) &^ (step - 1)
		if n > 0 {
			asm(n, a, &x[0], &y[0])
		}
		if n < len(x) {
			tail(a, x[n:], y[n:])
		}
	}
}

func elemSquaresBy16(x []float32) (lane [elemLanes]float64) {
	n := len(x) &^ (elemLanes - 1)
	if n > 0 {
		elemSquaresAVX2(n, &x[0], &lane)
	}
	elemSquaresInto(x[n:], &lane)
	return lane
}

func elemSquaresMasked(x []float32) (lane [elemLanes]float64) {
	if len(x) > 0 {
		elemSquaresAVX512(len(x), &x[0], &lane)
	}
	return lane
}

func elemFiniteBy8(x []float32) bool {
	n := len(x) &^ 7
	return (n == 0 || elemFiniteAVX2(n, &x[0])) && elemFiniteGeneric(x[n:])
}

func elemFiniteMasked(x []float32) bool { return len(x) == 0 || elemFiniteAVX512(len(x), &x[0]) }

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

// elemSquaresAVX512 adds n squares to the lanes.
//
//go:noescape
func elemSquaresAVX512(n int, x *float32, lane *[elemLanes]float64)

//go:noescape
func elemFiniteAVX2(n int, x *float32) bool

//go:noescape
func elemFiniteAVX512(n int, x *float32) bool
