//go:build !purego

package kernels

// dwArgs is a dwBand for assembly: strides count bytes, and pointers stand at the first lane. The assembly moves x, y
// and rows on as it goes.
type dwArgs struct {
	rows, cols, kh, kw int
	xRow, xCol         int
	xTapRow, xTapCol   int // xTapRow from the end of one row of taps to the next
	wTapRow, wTapCol   int // likewise
	yRow, yCol         int
	x, w, y            *float32
	lanes              int // channels, at most a vector
	prior              int // lanes if y is added to, 0 if it is overwritten
	left               int // blocks of columns, for the assembly
}

//go:noescape
func dwApplyAVX512(a *dwArgs)

//go:noescape
func dwApplyAVX2(a *dwArgs)

// dwApplyTailAVX2 is dwApplyAVX2 for fewer than 8 lanes.
//
//go:noescape
func dwApplyTailAVX2(a *dwArgs)

// The gradients of the weights: dwWeight3x3 takes the nine taps of a 3×3 window at once, and so on; they add to the
// sums at w. The one for AVX2 that ends in Row takes a row of five, the one before two rows of five.

//go:noescape
func dwWeight1x1AVX512(a *dwArgs)

//go:noescape
func dwWeight3x3AVX512(a *dwArgs)

//go:noescape
func dwWeight5x5AVX512(a *dwArgs)

//go:noescape
func dwWeight1x1AVX2(a *dwArgs)

//go:noescape
func dwWeight3x3AVX2(a *dwArgs)

//go:noescape
func dwWeight1x5AVX2(a *dwArgs)

//go:noescape
func dwWeight2x5AVX2(a *dwArgs)

func init() {
	dwApply.register(AVX512, dwApplyBandAVX512)
	dwApply.register(AVX2, dwApplyBandAVX2)
	dwWeight.register(AVX512, dwWeightBandAVX512)
	dwWeight.register(AVX2, dwWeightBandAVX2)
}

func (b *dwBand) args() dwArgs {
	return dwArgs{
		rows: b.rows, cols: b.cols, kh: b.kh, kw: b.kw,
		xRow: 4 * b.xRow, xCol: 4 * b.xCol,
		xTapRow: 4 * (b.xTapRow - b.kw*b.xTapCol), xTapCol: 4 * b.xTapCol,
		wTapRow: 4 * (b.wTapRow - b.kw*b.wTapCol), wTapCol: 4 * b.wTapCol,
		yRow: 4 * b.yRow, yCol: 4 * b.yCol,
	}
}

func dwApplyBandAVX512(b dwBand, c int, accumulate bool, x, w, y []float32) {
	for j := 0; j < c; j += 16 {
		a := b.args()
		a.lanes = min(16, c-j)
		a.x, a.w, a.y = &x[j], &w[b.w0+j], &y[j]
		if accumulate {
			a.prior = a.lanes
		}
		dwCallApplyAVX512(&a)
	}
}

func dwApplyBandAVX2(b dwBand, c int, accumulate bool, x, w, y []float32) {
	for j := 0; j < c; j += 8 {
		a := b.args()
		a.lanes = min(8, c-j)
		a.x, a.w, a.y = &x[j], &w[b.w0+j], &y[j]
		if accumulate {
			a.prior = a.lanes
		}
		dwCallApplyAVX2(&a)
	}
}

func dwWeightBandAVX512(b dwBand, c int, x, dy, dw []float32) {
	size := 1
	if b.kh == b.kw && (b.kh == 3 || b.kh == 5) {
		size = b.kh
	}
	for j := 0; j < c; j += 16 {
		for tap := 0; tap < b.kh*b.kw; tap += size * size {
			a := b.weightArgs(tap/b.kw, tap%b.kw, min(16, c-j), j, x, dy, dw)
			dwCallWeightAVX512(size, &a)
		}
	}
}

func dwWeightBandAVX2(b dwBand, c int, x, dy, dw []float32) {
	for j := 0; j < c; j += 8 {
		for i := 0; i < b.kh; {
			high, wide := 1, 1
			switch {
			case b.kh == 3 && b.kw == 3:
				high, wide = 3, 3
			case b.kw == 5:
				high, wide = min(2, b.kh-i), 5
			}
			for k := 0; k < b.kw; k += wide {
				a := b.weightArgs(i, k, min(8, c-j), j, x, dy, dw)
				dwCallWeightAVX2(high, wide, &a)
			}
			i += high
		}
	}
}

// weightArgs prepares the gradient of the taps from row i and column k on for the lanes at channel j.
func (b *dwBand) weightArgs(i, k, lanes, j int, x, dy, dw []float32) dwArgs {
	a := b.args()
	a.xTapRow, a.wTapRow = 4*b.xTapRow, 4*b.wTapRow
	a.x, a.y, a.w = &x[i*b.xTapRow+k*b.xTapCol+j], &dy[j], &dw[i*b.wTapRow+k*b.wTapCol+j]
	a.lanes = lanes
	return a
}

// The functions below are where a goroutine can be preempted.

//go:noinline
func dwCallApplyAVX512(a *dwArgs) { dwApplyAVX512(a) }

//go:noinline
func dwCallApplyAVX2(a *dwArgs) {
	if a.lanes < 8 {
		dwApplyTailAVX2(a)
		return
	}
	dwApplyAVX2(a)
}

//go:noinline
func dwCallWeightAVX512(size int, a *dwArgs) {
	switch size {
	case 5:
		dwWeight5x5AVX512(a)
	case 3:
		dwWeight3x3AVX512(a)
	default:
		dwWeight1x1AVX512(a)
	}
}

//go:noinline
func dwCallWeightAVX2(high, wide int, a *dwArgs) {
	switch {
	case wide == 3:
		dwWeight3x3AVX2(a)
	case wide == 5 && high == 2:
		dwWeight2x5AVX2(a)
	case wide == 5:
		dwWeight1x5AVX2(a)
	default:
		dwWeight1x1AVX2(a)
	}
}
