package kernels

import "math"

// SignedDistance computes how far each pixel of an h×w picture lies from the edge of a set, whose pixels are 1 in mask and
// the others 0: outside, the distance y to the nearest pixel of the set, and inside, 1 less the distance to the nearest
// outside, so that both sides of an edge differ by 1. Distances are Euclidean, in pixels. If there is no edge y is 0.
// scratch has room for h·w + 2·w words.
//
// It is the exact transform of Meijster et al., "A General Algorithm for Computing Distance Transforms in Linear Time" (2000),
// in integers but for the root. It is plain Go, so a call may take milliseconds.
func SignedDistance(h, w int, mask, y []float32, scratch []uint32) {
	mask, y = mask[:h*w], y[:h*w]
	d := distance{h: h, w: w, mask: mask, near: scratch[:h*w], site: scratch[h*w:][:w], from: scratch[h*w+w:][:w]}
	if !d.columns(1) {
		clear(y)
		return
	}
	d.rows(0, func(i int, distance float64) { y[i] = float32(distance) })
	if !d.columns(0) {
		clear(y)
		return
	}
	d.rows(1, func(i int, distance float64) { y[i] = float32(1 - distance) })
}

type distance struct {
	h, w int
	mask []float32
	near []uint32 // rows to the nearest pixel of the set in the same column, h+w for none
	site []uint32 // of a row's lower envelope: the columns whose parabolas it is made of
	from []uint32 // and where each begins
}

// columns computes near for the set of pixels whose mask is of. It reports whether there are any.
func (d *distance) columns(of float32) (any bool) {
	far := uint32(d.h + d.w)
	for i, v := range d.mask {
		switch {
		case v == of:
			d.near[i] = 0
			any = true
		case i < d.w:
			d.near[i] = far
		default:
			d.near[i] = min(far, d.near[i-d.w]+1)
		}
	}
	for i := len(d.mask) - d.w - 1; i >= 0; i-- {
		d.near[i] = min(d.near[i], d.near[i+d.w]+1)
	}
	return any
}

// rows calls set with the distances of the pixels whose mask is of.
func (d *distance) rows(of float32, set func(i int, distance float64)) {
	for first := 0; first < len(d.mask); first += d.w {
		near := d.near[first:][:d.w]
		square := func(x, site int) int { return (x-site)*(x-site) + int(near[site])*int(near[site]) }
		last := 0
		d.site[0], d.from[0] = 0, 0
		for u := 1; u < d.w; u++ {
			for last >= 0 && square(int(d.from[last]), int(d.site[last])) > square(int(d.from[last]), u) {
				last--
			}
			if last < 0 {
				last = 0
				d.site[0], d.from[0] = uint32(u), 0
				continue
			}
			s := int(d.site[last])
			over := u*u - s*s + int(near[u])*int(near[u]) - int(near[s])*int(near[s])
			if at := 1 + floorDiv(over, 2*(u-s)); at < d.w {
				last++
				d.site[last], d.from[last] = uint32(u), uint32(at)
			}
		}
		for u := d.w - 1; u >= 0; u-- {
			if d.mask[first+u] == of {
				set(first+u, math.Sqrt(float64(square(u, int(d.site[last])))))
			}
			if u == int(d.from[last]) {
				last--
			}
		}
	}
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
