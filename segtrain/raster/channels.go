package raster

import (
	"fmt"

	"tessera/kernels"
)

// strip is how many samples are handed to a kernel at a time.
const strip = 1 << 15

// Convertible tells whether Channels makes pictures of to channels out of those of from.
func Convertible(from, to int) bool {
	usual := func(c int) bool { return c == 1 || c == 3 || c == 4 }
	return from == to || usual(from) && usual(to)
}

// Channels returns the picture with c channels, 1, 3 or 4: grey is repeated, colour becomes ITU-R 601 luma
// (in 16-bit fixed point, rounded), alpha is dropped, and a missing alpha is opaque.
// A picture that has c channels already is returned as it is, not copied. It panics for other numbers of channels.
func (im *Image) Channels(c int) *Image {
	if im.C == c {
		return im
	}
	if !Convertible(im.C, c) {
		panic(fmt.Sprintf("raster: Channels: cannot make %d channels of a picture %d×%d×%d", c, im.H, im.W, im.C))
	}
	out := &Image{H: im.H, W: im.W, C: c}
	if im.Pix16 != nil {
		out.Pix16 = adapt(im.Pix16, im.C, c)
	} else {
		out.Pix8 = adapt(im.Pix8, im.C, c)
	}
	return out
}

func adapt[T uint8 | uint16](pix []T, from, to int) []T {
	n := len(pix) / from
	out := make([]T, n*to)
	for i := range n {
		s, d := pix[i*from:][:from], out[i*to:][:to]
		r, g, b, a := s[0], s[0], s[0], ^T(0)
		if from >= 3 {
			g, b = s[1], s[2]
		}
		if from == 4 {
			a = s[3]
		}
		switch to {
		case 1:
			d[0] = luma(r, g, b)
		case 4:
			d[3] = a
			fallthrough
		case 3:
			d[0], d[1], d[2] = r, g, b
		}
	}
	return out
}

// luma is 0.299 R + 0.587 G + 0.114 B; the weights sum to 2¹⁶, so that grey stays what it is.
func luma[T uint8 | uint16](r, g, b T) T {
	return T((19595*uint32(r) + 38470*uint32(g) + 7471*uint32(b) + 1<<15) >> 16)
}

// Float returns the picture with samples in [0, 1]: v/255, or v/65535 for 16 bits.
func (im *Image) Float() *Float {
	dst := new(Float)
	im.FloatInto(dst)
	return dst
}

// FloatInto is Float into memory that is there: dst takes the picture's shape, and grows only when it is too small.
func (im *Image) FloatInto(dst *Float) {
	n := im.H * im.W * im.C
	if cap(dst.Pix) < n {
		dst.Pix = make([]float32, n)
	}
	dst.H, dst.W, dst.C, dst.Pix = im.H, im.W, im.C, dst.Pix[:n]
	if im.Pix16 != nil {
		for i, v := range im.Pix16[:n] {
			dst.Pix[i] = float32(v) / 65535
		}
		return
	}
	for i := 0; i < n; i += strip {
		j := min(i+strip, n)
		kernels.BytesToFloats(im.Pix8[i:j], dst.Pix[i:j])
	}
}

// Image returns the picture in 8 bits, rounded; samples outside [0, 1] are clamped and NaN is black.
func (f *Float) Image() *Image {
	im := NewImage(f.H, f.W, f.C)
	for i := 0; i < len(f.Pix); i += strip {
		j := min(i+strip, len(f.Pix))
		kernels.FloatsToBytes(f.Pix[i:j], im.Pix8[i:j])
	}
	return im
}

// RGB8 returns the picture as 8-bit RGB, for showing. Of more than four channels the first three are shown, of two the
// first.
func (im *Image) RGB8() *Image {
	im = im.first().Channels(3)
	if im.Pix16 == nil {
		return im
	}
	out := NewImage(im.H, im.W, 3)
	for i, v := range im.Pix16 {
		out.Pix8[i] = uint8((uint32(v)*255 + 32767) / 65535)
	}
	return out
}

// first returns the picture with its first channels, where it has other than 1, 3 or 4 of them.
func (im *Image) first() *Image {
	c := 3
	switch im.C {
	case 1, 3, 4:
		return im
	case 2:
		c = 1
	}
	out := &Image{H: im.H, W: im.W, C: c}
	for i := 0; i < im.H*im.W; i++ {
		if im.Pix16 != nil {
			out.Pix16 = append(out.Pix16, im.Pix16[i*im.C:][:c]...)
			continue
		}
		out.Pix8 = append(out.Pix8, im.Pix8[i*im.C:][:c]...)
	}
	return out
}
