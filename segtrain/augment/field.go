package augment

import "tessera/segtrain/raster"

// A field resamples along a chain of maps of the plane, in one lookup: bilinear for pictures, nearest for masks.
type field struct {
	frame
	steps  []step // the first is applied to output positions, the last gives input positions
	border border
}

// A step is a map of the plane. It replaces positions by those they are taken to; xs and ys have one length.
type step interface{ move(xs, ys []float64) }

func (a Affine) move(xs, ys []float64) {
	ys = ys[:len(xs)]
	for i, x := range xs {
		xs[i], ys[i] = a.At(x, ys[i])
	}
}

func (f field) at(y int, xs, ys []float64) {
	ys = ys[:len(xs)]
	for i := range xs {
		xs[i], ys[i] = float64(i)+0.5, float64(y)+0.5
	}
	for _, s := range f.steps {
		s.move(xs, ys)
	}
}

// chain returns the steps of b, which come first from the output's side, and then those of a. Matrices that meet are
// multiplied.
func chain(a, b []step) []step {
	out := make([]step, 0, len(a)+len(b))
	for _, s := range append(append(out, b...), a...) {
		if m, ok := s.(Affine); ok && len(out) > 0 {
			if before, ok := out[len(out)-1].(Affine); ok {
				out[len(out)-1] = m.Mul(before)
				continue
			}
		}
		out = append(out, s)
	}
	return out
}

func (f field) Image(in *raster.Float) *raster.Float {
	f.check(in.H, in.W)
	return lookImage(f, f.frame, f.border, in)
}

func (f field) Mask(in *raster.Mask) *raster.Mask {
	f.check(in.H, in.W)
	return lookMask(f, f.frame, f.border, in)
}
