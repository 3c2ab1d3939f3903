package augment

import "tessera/segtrain/raster"

// A warp resamples along a matrix: bilinear for pictures, nearest for masks. Picture and mask agree on what
// is border: every output pixel whose centre comes from outside the input.
type warp struct {
	frame
	matrix Affine
	border border
}

func (w warp) Matrix() Affine { return w.matrix }

func (w warp) Inverse() Op { return warp{w.frame.inverse(), w.matrix.Inverse(), w.border} }

// at writes the input positions of the centres of a row's pixels.
func (w warp) at(y int, xs, ys []float64) {
	fy := float64(y) + 0.5
	x0 := float64(w.matrix.XY*fy) + w.matrix.X0
	y0 := float64(w.matrix.YY*fy) + w.matrix.Y0
	mx, my := w.matrix.XX, w.matrix.YX
	ys = ys[:len(xs)]
	for i := range xs {
		fx := float64(i) + 0.5
		xs[i] = float64(mx*fx) + x0
		ys[i] = float64(my*fx) + y0
	}
}

func (w warp) Image(in *raster.Float) *raster.Float {
	w.check(in.H, in.W)
	return lookImage(w, w.frame, w.border, in)
}

func (w warp) Mask(in *raster.Mask) *raster.Mask {
	w.check(in.H, in.W)
	return lookMask(w, w.frame, w.border, in)
}
