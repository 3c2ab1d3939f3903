package augment

import (
	"math"

	"tessera/segtrain/raster"
)

// A sourceMap gives the input positions (continuous: see Affine) of the centres of a row's output pixels.
type sourceMap interface{ at(y int, xs, ys []float64) }

// lookImage returns what a picture shows along a map, interpolated bilinearly.
func lookImage(m sourceMap, f frame, b border, in *raster.Float) *raster.Float {
	out := b.image(f.outH, f.outW, in.C)
	xs, ys := make([]float64, f.outW), make([]float64, f.outW)
	h, w := float64(in.H), float64(in.W)
	n := f.outW * in.C
	for y := range f.outH {
		m.at(y, xs, ys)
		row := out.Pix[y*n:][:n]
		if b.mode != borderConstant {
			foldRow(row, xs, ys, in, b.mode)
			continue
		}
		first, last := inner(xs, ys, w, h)
		edgeRow(row, xs, ys, 0, first, in)
		if in.C == 3 {
			innerRow3(row[first*3:last*3], xs[first:last], ys[first:last], in)
		} else {
			edgeRow(row, xs, ys, first, last, in)
		}
		edgeRow(row, xs, ys, last, f.outW, in)
	}
	return out
}

// inner returns a run of a row's pixels all of which have four pixels around them: the longest from the first on.
func inner(xs, ys []float64, w, h float64) (first, last int) {
	ys = ys[:len(xs)]
	inside := func(i int) bool {
		return xs[i] >= 0.5 && ys[i] >= 0.5 && xs[i] < w-0.5 && ys[i] < h-0.5
	}
	for first < len(xs) && !inside(first) {
		first++
	}
	for last = first; last < len(xs) && inside(last); {
		last++
	}
	return first, last
}

// innerRow3 interpolates three channels where no pixel is beyond the edge.
func innerRow3(dst []float32, xs, ys []float64, in *raster.Float) {
	ys = ys[:len(xs)]
	stride := in.W * 3
	for i, x := range xs {
		x, y := x-0.5, ys[i]-0.5
		x0, y0 := int(x), int(y)
		fx, fy := float32(x-float64(x0)), float32(y-float64(y0))
		at := y0*stride + x0*3
		p, q := in.Pix[at:][:6:6], in.Pix[at+stride:][:6:6]
		d := dst[3*i:][:3:3]
		t0 := p[0] + float32(fx*(p[3]-p[0]))
		t1 := p[1] + float32(fx*(p[4]-p[1]))
		t2 := p[2] + float32(fx*(p[5]-p[2]))
		b0 := q[0] + float32(fx*(q[3]-q[0]))
		b1 := q[1] + float32(fx*(q[4]-q[1]))
		b2 := q[2] + float32(fx*(q[5]-q[2]))
		d[0] = t0 + float32(fy*(b0-t0))
		d[1] = t1 + float32(fy*(b1-t1))
		d[2] = t2 + float32(fy*(b2-t2))
	}
}

// edgeRow interpolates pixels from first to last of a row, leaving those that come from outside as they are; beyond the
// outermost pixel centres the outermost pixels go on.
func edgeRow(row []float32, xs, ys []float64, first, last int, in *raster.Float) {
	w, h := float64(in.W), float64(in.H)
	for i := first; i < last; i++ {
		x, y := xs[i], ys[i]
		if x >= 0 && y >= 0 && x < w && y < h {
			bilinear(row[i*in.C:][:in.C], in, y, x)
		}
	}
}

// bilinear writes the value of in at a position; beyond the outermost pixel centres the outermost pixels go
// on.
func bilinear(dst []float32, in *raster.Float, y, x float64) {
	y0, y1, fy := between(y, in.H)
	x0, x1, fx := between(x, in.W)
	blend(dst, in, y0, y1, x0, x1, fy, fx)
}

// blend interpolates between four pixels.
func blend(dst []float32, in *raster.Float, y0, y1, x0, x1 int, fy, fx float32) {
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

// far bounds positions, so that they fit an int.
const far = 1 << 30

// foldRow interpolates a row where the picture goes on beyond its edge.
func foldRow(row []float32, xs, ys []float64, in *raster.Float, mode borderMode) {
	for i, x := range xs {
		x, y := min(max(x, -far), far)-0.5, min(max(ys[i], -far), far)-0.5
		fx, fy := math.Floor(x), math.Floor(y)
		x0, y0 := int(fx), int(fy)
		blend(row[i*in.C:][:in.C], in, mode.index(y0, in.H), mode.index(y0+1, in.H),
			mode.index(x0, in.W), mode.index(x0+1, in.W), float32(y-fy), float32(x-fx))
	}
}

// lookMask returns what a mask shows along a map, the class of the nearest pixel.
func lookMask(m sourceMap, f frame, b border, in *raster.Mask) *raster.Mask {
	out := b.maskOf(f.outH, f.outW)
	xs, ys := make([]float64, f.outW), make([]float64, f.outW)
	h, w := float64(in.H), float64(in.W)
	for y := range f.outH {
		m.at(y, xs, ys)
		row := out.Pix[y*f.outW:][:f.outW]
		if b.mode != borderConstant {
			for i, x := range xs {
				x, y := min(max(x, -far), far), min(max(ys[i], -far), far)
				row[i] = in.Pix[b.mode.index(int(math.Floor(y)), in.H)*in.W+b.mode.index(int(math.Floor(x)), in.W)]
			}
			continue
		}
		for i, x := range xs {
			if y := ys[i]; x >= 0 && y >= 0 && x < w && y < h {
				row[i] = in.Pix[int(y)*in.W+int(x)]
			}
		}
	}
	return out
}
