package augment

import (
	"math"

	"tessera/segtrain/raster"
)

// A warp resamples along a matrix: bilinear for pictures, nearest for masks. Picture and mask agree on what
// is border: every output pixel whose centre comes from outside the input.
type warp struct {
	frame
	matrix Affine
	border border
}

func (w warp) Matrix() Affine { return w.matrix }

func (w warp) Inverse() Op { return warp{w.frame.inverse(), w.matrix.Inverse(), w.border} }

// source returns the input position of the centre of output pixel (y, x), and whether it lies inside the
// input.
func (w warp) source(y, x int) (sy, sx float64, inside bool) {
	sx, sy = w.matrix.At(float64(x)+0.5, float64(y)+0.5)
	return sy, sx, sx >= 0 && sy >= 0 && sx < float64(w.inW) && sy < float64(w.inH)
}

func (w warp) Image(in *raster.Float) *raster.Float {
	w.check(in.H, in.W)
	out := w.border.image(w.outH, w.outW, in.C)
	for y := range w.outH {
		for x := range w.outW {
			if sy, sx, inside := w.source(y, x); inside {
				bilinear(out.Pix[(y*w.outW+x)*in.C:][:in.C], in, sy, sx)
			}
		}
	}
	return out
}

func (w warp) Mask(in *raster.Mask) *raster.Mask {
	w.check(in.H, in.W)
	out := w.border.maskOf(w.outH, w.outW)
	for y := range w.outH {
		for x := range w.outW {
			if sy, sx, inside := w.source(y, x); inside {
				out.Pix[y*w.outW+x] = in.Pix[int(sy)*in.W+int(sx)]
			}
		}
	}
	return out
}

// bilinear writes the value of in at a position; beyond the outermost pixel centres the outermost pixels go
// on.
func bilinear(dst []float32, in *raster.Float, y, x float64) {
	y0, y1, fy := between(y, in.H)
	x0, x1, fx := between(x, in.W)
	a, b := in.Pix[(y0*in.W+x0)*in.C:], in.Pix[(y0*in.W+x1)*in.C:]
	c, d := in.Pix[(y1*in.W+x0)*in.C:], in.Pix[(y1*in.W+x1)*in.C:]
	for i := range dst {
		top := a[i] + float32(fx*(b[i]-a[i]))
		bottom := c[i] + float32(fx*(d[i]-c[i]))
		dst[i] = top + float32(fy*(bottom-top))
	}
}

// between returns the two of n pixels whose centres lie on either side of a position, and how far it is from
// the first.
func between(pos float64, n int) (lo, hi int, f float32) {
	pos = min(max(pos-0.5, 0), float64(n-1))
	floor := math.Floor(pos)
	lo = int(floor)
	return lo, min(lo+1, n-1), float32(pos - floor)
}
