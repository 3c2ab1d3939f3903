package kernels

// dwApplyGeneric computes y = Σ x*w over the taps, or adds the sum to y.
func dwApplyGeneric(b dwBand, c int, accumulate bool, x, w, y []float32) {
	for r := range b.rows {
		for q := range b.cols {
			y := y[r*b.yRow+q*b.yCol:][:c]
			if !accumulate {
				clear(y)
			}
			for i := range b.kh {
				for j := range b.kw {
					x := x[r*b.xRow+q*b.xCol+i*b.xTapRow+j*b.xTapCol:][:c]
					w := w[b.w0+i*b.wTapRow+j*b.wTapCol:][:c]
					dwMulAdd(x, w, y)
				}
			}
		}
	}
}

// dwWeightGeneric adds x*dy over the pixels of the band to every tap of dw.
func dwWeightGeneric(b dwBand, c int, x, dy, dw []float32) {
	for i := range b.kh {
		for j := range b.kw {
			dw := dw[i*b.wTapRow+j*b.wTapCol:][:c]
			for r := range b.rows {
				for q := range b.cols {
					dwMulAdd(x[r*b.xRow+q*b.xCol+i*b.xTapRow+j*b.xTapCol:][:c], dy[r*b.yRow+q*b.yCol:][:c], dw)
				}
			}
		}
	}
}

// dwMulAdd adds x*y to z with one rounding.
func dwMulAdd(x, y, z []float32) {
	y, z = y[:len(x)], z[:len(x)]
	for i, v := range x {
		z[i] = fma(v, y[i], z[i])
	}
}
