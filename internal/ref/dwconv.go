package ref

import "tessera/kernels"

// DWConv returns the depthwise convolution of n images x [n, IH, IW, c] with w [KH, KW, c]: y [n, OH, OW, c].
func DWConv(n, c int, win kernels.Window, x, w []float32) (y, scale []float64) {
	return dwSum(n*win.OH()*win.OW()*c, n, c, win, func(out, in, tap int) (at int, v float64) {
		return out, float64(x[in]) * float64(w[tap])
	})
}

// DWConvGradInput returns the gradient of DWConv's x for that of its output, dy.
func DWConvGradInput(n, c int, win kernels.Window, dy, w []float32) (dx, scale []float64) {
	return dwSum(n*win.IH*win.IW*c, n, c, win, func(out, in, tap int) (at int, v float64) {
		return in, float64(dy[out]) * float64(w[tap])
	})
}

// DWConvGradWeight returns the gradient of DWConv's w for that of its output, dy.
func DWConvGradWeight(n, c int, win kernels.Window, x, dy []float32) (dw, scale []float64) {
	return dwSum(win.KH*win.KW*c, n, c, win, func(out, in, tap int) (at int, v float64) {
		return tap, float64(dy[out]) * float64(x[in])
	})
}

// dwSum sums, over all triples of an output, an input and a weight that meet, a term at the place it belongs to.
func dwSum(size, n, c int, w kernels.Window, term func(out, in, tap int) (at int, v float64)) (s, scale []float64) {
	s, scale = make([]float64, size), make([]float64, size)
	eachTap(n, w, func(out, in, tap int) {
		for j := range c {
			at, v := term(out*c+j, in*c+j, tap*c+j)
			s[at] += v
			scale[at] += max(v, -v)
		}
	})
	return s, scale
}

// eachTap visits the pixels that a window meets inside the image, counted over all images, output after output.
func eachTap(n int, w kernels.Window, visit func(out, in, tap int)) {
	oh, ow := w.OH(), w.OW()
	for out := range n * oh * ow {
		i, oy, ox := out/(oh*ow), out/ow%oh, out%ow
		for tap := range w.KH * w.KW {
			iy, ix := oy*w.SH-w.PT+tap/w.KW*w.DH, ox*w.SW-w.PL+tap%w.KW*w.DW
			if iy >= 0 && iy < w.IH && ix >= 0 && ix < w.IW {
				visit(out, (i*w.IH+iy)*w.IW+ix, tap)
			}
		}
	}
}
