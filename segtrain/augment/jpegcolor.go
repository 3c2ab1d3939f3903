package augment

import "tessera/segtrain/raster"

// Colours of a JPEG file (JFIF): ITU-R 601 luma and two differences, which are kept at half the width and height.

// jpegPlanes returns luma and the two differences of the first three channels.
func jpegPlanes(im *raster.Image) (y, cb, cr plane) {
	y = newPlane(im.H, im.W)
	h, w := (im.H+1)/2, (im.W+1)/2
	cb, cr = newPlane(h, w), newPlane(h, w)
	rows := make([]int32, 4*im.W+4) // sums of two rows
	for by := range h {
		clear(rows)
		for k := range 2 {
			sy := min(2*by+k, im.H-1)
			s := im.Pix8[sy*im.W*im.C:]
			out := y.pix[sy*y.stride:][:im.W]
			for x := range out {
				r, g, b := int32(s[x*im.C]), int32(s[x*im.C+1]), int32(s[x*im.C+2])
				out[x] = uint8((19595*r + 38470*g + 7471*b + 1<<15) >> 16)
				rows[2*x] += (-11059*r - 21709*g + 32768*b + 128<<16 + 1<<15 - 1) >> 16
				rows[2*x+1] += (32768*r - 27439*g - 5329*b + 128<<16 + 1<<15 - 1) >> 16
			}
		}
		rows[2*im.W], rows[2*im.W+1] = rows[2*im.W-2], rows[2*im.W-1]
		for x := range w {
			bias := int32(1 + x&1)
			cb.pix[by*cb.stride+x] = uint8((rows[4*x] + rows[4*x+2] + bias) >> 2)
			cr.pix[by*cr.stride+x] = uint8((rows[4*x+1] + rows[4*x+3] + bias) >> 2)
		}
	}
	y.fill()
	cb.fill()
	cr.fill()
	return y, cb, cr
}

// widen returns a row of differences at full width, from rows near and far of it: each is ¾ of the nearer sample and
// ¼ of the farther, down and across.
func widen(dst []int32, near, far []uint8, w int) {
	last := 3*int32(near[0]) + int32(far[0])
	this := last
	for x := range w {
		next := this
		if x+1 < w {
			next = 3*int32(near[x+1]) + int32(far[x+1])
		}
		dst[2*x] = (3*this + last + 8) >> 4
		dst[2*x+1] = (3*this + next + 7) >> 4
		last, this = this, next
	}
}

// fromJPEGPlanes writes the first three channels.
func fromJPEGPlanes(im *raster.Image, y, cb, cr plane) {
	blue, red := make([]int32, 2*cb.w), make([]int32, 2*cb.w)
	for row := range im.H {
		near := row / 2
		far := nearest(near-1+2*(row&1), cb.h)
		widen(blue, cb.pix[near*cb.stride:], cb.pix[far*cb.stride:], cb.w)
		widen(red, cr.pix[near*cr.stride:], cr.pix[far*cr.stride:], cr.w)
		out := im.Pix8[row*im.W*im.C:]
		for x, l := range y.pix[row*y.stride:][:im.W] {
			light, b, r := int32(l)<<16+1<<15, blue[x]-128, red[x]-128
			p := out[x*im.C:][:3]
			p[0] = clampByte((light + 91881*r) >> 16)
			p[1] = clampByte((light - 22554*b - 46802*r) >> 16)
			p[2] = clampByte((light + 116130*b) >> 16)
		}
	}
}

func clampByte(v int32) uint8 { return uint8(min(max(v, 0), 255)) }
