//go:build !purego

package kernels

// dwArgs is a dwBand for assembly: strides count bytes, and pointers stand at the first channel.
type dwArgs struct {
	rows, cols, kh, kw int
	xRow, xCol         int
	xTapRow, xTapCol   int
	wTapRow, wTapCol   int
	yRow, yCol         int
	x, w, y            *float32
	keep               int // all ones if y is added to, 0 if it is overwritten
}

// The kernels come in two widths, of four channels and of one. dwWeight3x3 takes the nine taps of a 3×3
// window at once, and so on; they add to the sums at w.

//go:noescape
func dwApply4NEON(a *dwArgs)

//go:noescape
func dwApply1NEON(a *dwArgs)

//go:noescape
func dwWeight1x1By4NEON(a *dwArgs)

//go:noescape
func dwWeight1x1By1NEON(a *dwArgs)

//go:noescape
func dwWeight3x3By4NEON(a *dwArgs)

//go:noescape
func dwWeight3x3By1NEON(a *dwArgs)

//go:noescape
func dwWeight5x5By4NEON(a *dwArgs)

//go:noescape
func dwWeight5x5By1NEON(a *dwArgs)

func init() {
	dwApply.register(NEON, dwApplyBandNEON)
	dwWeight.register(NEON, dwWeightBandNEON)
}

func (b *dwBand) args() dwArgs {
	return dwArgs{
		rows: b.rows, cols: b.cols, kh: b.kh, kw: b.kw,
		xRow: 4 * b.xRow, xCol: 4 * b.xCol, xTapRow: 4 * b.xTapRow, xTapCol: 4 * b.xTapCol,
		wTapRow: 4 * b.wTapRow, wTapCol: 4 * b.wTapCol, yRow: 4 * b.yRow, yCol: 4 * b.yCol,
	}
}

// dwWidth returns how many channels assembly takes at once where so many are left.
func dwWidth(left int) int {
	if left >= 4 {
		return 4
	}
	return 1
}

func dwApplyBandNEON(b dwBand, c int, accumulate bool, x, w, y []float32) {
	for j := 0; j < c; j += dwWidth(c - j) {
		a := b.args()
		a.x, a.w, a.y = &x[j], &w[b.w0+j], &y[j]
		if accumulate {
			a.keep = -1
		}
		dwCallApply(dwWidth(c-j), &a)
	}
}

func dwWeightBandNEON(b dwBand, c int, x, dy, dw []float32) {
	size := 1
	if b.kh == b.kw && (b.kh == 3 || b.kh == 5) {
		size = b.kh
	}
	for j := 0; j < c; j += dwWidth(c - j) {
		for tap := 0; tap < b.kh*b.kw; tap += size * size {
			i, k := tap/b.kw, tap%b.kw
			a := b.args()
			a.x, a.y, a.w = &x[i*b.xTapRow+k*b.xTapCol+j], &dy[j], &dw[i*b.wTapRow+k*b.wTapCol+j]
			dwCallWeight(size, dwWidth(c-j), &a)
		}
	}
}

// The functions below are where a goroutine can be preempted.

//go:noinline
func dwCallApply(width int, a *dwArgs) {
	if width == 4 {
		dwApply4NEON(a)
		return
	}
	dwApply1NEON(a)
}

//go:noinline
func dwCallWeight(size, width int, a *dwArgs) {
	switch [2]int{size, width} {
	case [2]int{5, 4}:
		dwWeight5x5By4NEON(a)
	case [2]int{5, 1}:
		dwWeight5x5By1NEON(a)
	case [2]int{3, 4}:
		dwWeight3x3By4NEON(a)
	case [2]int{3, 1}:
		dwWeight3x3By1NEON(a)
	case [2]int{1, 4}:
		dwWeight1x1By4NEON(a)
	default:
		dwWeight1x1By1NEON(a)
	}
}
