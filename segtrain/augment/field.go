package augment

import (
	"slices"

	"tessera/segtrain/raster"
)

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
	for _, s := range slices.Concat(b, a) {
		if n := len(out); n > 0 {
			if both, ok := joined(out[n-1], s); ok {
				out[n-1] = both
				continue
			}
		}
		out = append(out, s)
	}
	return out
}

// joined returns the one step that does first and then second, if both are matrices.
func joined(first, second step) (step, bool) {
	a, isAffine := first.(Affine)
	b, bothAffine := second.(Affine)
	if isAffine && bothAffine {
		return b.Mul(a), true
	}
	p, ok := projective(first)
	q, ok2 := projective(second)
	if !ok || !ok2 {
		return nil, false
	}
	return q.mul(p), true
}

func projective(s step) (homography, bool) {
	switch s := s.(type) {
	case Affine:
		return s.homography(), true
	case homography:
		return s, true
	}
	return homography{}, false
}

func (f field) Image(in *raster.Float) *raster.Float {
	f.check(in.H, in.W)
	return lookImage(f, f.frame, f.border, in)
}

func (f field) Mask(in *raster.Mask) *raster.Mask {
	f.check(in.H, in.W)
	return lookMask(f, f.frame, f.border, in)
}
