package augment

import (
	"image"

	"tessera/kernels"
	"tessera/segtrain/raster"
)

// A move shows whole input pixels at whole output positions: flips, quarter turns, crops, pads, and every
// chain of them. Nothing is interpolated.
type move struct {
	frame
	lattice
	keep   image.Rectangle // the part of the output that has a source; the rest is border
	border border
}

// newMove returns the move along l that shows all of the input that falls into the output.
func newMove(f frame, l lattice, b border) move {
	return move{f, l, l.inverse().rect(f.input()).Intersect(f.output()), b}
}

// whole tells whether every output pixel has a source, so that the border does not matter.
func (m move) whole() bool { return m.keep == m.output() }

// clipped tells whether pixels of the input that fall into the output are hidden, as a crop followed by a pad
// does.
func (m move) clipped() bool { return m.keep != newMove(m.frame, m.lattice, m.border).keep }

func (m move) isIdentity() bool {
	return m.whole() && m.lattice == lattice{yy: 1, xx: 1} && m.inH == m.outH && m.inW == m.outW
}

// then returns the move that does m and next, if one border serves both.
func (m move) then(next move) (Op, bool) {
	b := m.border
	if m.whole() {
		b = next.border
	} else if !next.whole() && !b.equal(next.border) {
		return nil, false
	}
	keep := next.keep.Intersect(next.lattice.inverse().rect(m.keep))
	if keep.Empty() {
		keep = image.Rectangle{}
	}
	return move{m.frame.then(next.frame), m.lattice.mul(next.lattice), keep, b}, true
}

func (m move) Image(in *raster.Float) *raster.Float {
	m.check(in.H, in.W)
	if m.isIdentity() {
		return in
	}
	var out *raster.Float
	if m.whole() {
		out = raster.NewFloat(m.outH, m.outW, in.C)
	} else {
		out = m.border.image(m.outH, m.outW, in.C)
	}
	gather(m, out.Pix, in.Pix, in.C)
	return out
}

func (m move) Mask(in *raster.Mask) *raster.Mask {
	m.check(in.H, in.W)
	if m.isIdentity() {
		return in
	}
	out := m.border.maskOf(m.outH, m.outW)
	gather(m, out.Pix, in.Pix, 1)
	return out
}

// Inverse shows the kept pixels where they came from.
func (m move) Inverse() Op {
	return move{m.frame.inverse(), m.lattice.inverse(), m.lattice.rect(m.keep), m.border}
}

// gather copies the kept pixels of c samples each.
func gather[T float32 | uint8](m move, dst, src []T, c int) {
	n, step := m.keep.Dx(), (m.yx*m.inW+m.xx)*c
	for y := m.keep.Min.Y; y < m.keep.Max.Y; y++ {
		p := m.at(image.Pt(m.keep.Min.X, y))
		from := (p.Y*m.inW + p.X) * c
		to := dst[(y*m.outW+m.keep.Min.X)*c:][:n*c]
		if step == c {
			copy(to, src[from:])
			continue
		}
		if c == 3 {
			gather3(to, src, from, step)
			continue
		}
		for i := 0; i < len(to); i += c {
			copy(to[i:i+c], src[from:from+c])
			from += step
		}
	}
}

// gather3 copies pixels of three samples, each step samples on from the one before.
func gather3[T float32 | uint8](to, src []T, from, step int) {
	if dst, ok := any(to).([]uint8); ok && step == -3 {
		kernels.ByteMirror3(any(src).([]uint8)[from+3-len(dst):from+3], dst)
		return
	}
	for len(to) >= 3 {
		p, q := src[from:from+3:from+3], to[:3:3]
		q[0], q[1], q[2] = p[0], p[1], p[2]
		to, from = to[3:], from+step
	}
}

// A lattice takes output pixels (indices, not positions) to input pixels by one of the eight symmetries of
// the square and a shift:
//
//	y' = yy·y + yx·x + y0
//	x' = xy·y + xx·x + x0
type lattice struct{ yy, yx, y0, xy, xx, x0 int }

func (l lattice) at(p image.Point) image.Point {
	return image.Pt(l.xy*p.Y+l.xx*p.X+l.x0, l.yy*p.Y+l.yx*p.X+l.y0)
}

// rect returns the pixels that the pixels of r are taken to.
func (l lattice) rect(r image.Rectangle) image.Rectangle {
	if r.Empty() {
		return image.Rectangle{}
	}
	a, b := l.at(r.Min), l.at(r.Max.Sub(image.Pt(1, 1)))
	out := image.Rectangle{Min: a, Max: b}.Canon()
	out.Max = out.Max.Add(image.Pt(1, 1))
	return out
}

// mul returns the lattice that applies b first and l second.
func (l lattice) mul(b lattice) lattice {
	o := l.at(image.Pt(b.x0, b.y0))
	return lattice{
		yy: l.yy*b.yy + l.yx*b.xy, yx: l.yy*b.yx + l.yx*b.xx, y0: o.Y,
		xy: l.xy*b.yy + l.xx*b.xy, xx: l.xy*b.yx + l.xx*b.xx, x0: o.X,
	}
}

// inverse transposes the symmetry, for it is orthogonal.
func (l lattice) inverse() lattice {
	t := lattice{yy: l.yy, yx: l.xy, xy: l.yx, xx: l.xx}
	o := t.at(image.Pt(l.x0, l.y0))
	t.x0, t.y0 = -o.X, -o.Y
	return t
}

// Matrix moves the origin from the centre of the first pixel to its corner.
func (l lattice) Matrix() Affine {
	return Affine{
		XX: float64(l.xx), XY: float64(l.xy), X0: float64(2*l.x0+1-l.xx-l.xy) / 2,
		YX: float64(l.yx), YY: float64(l.yy), Y0: float64(2*l.y0+1-l.yy-l.yx) / 2,
	}
}
