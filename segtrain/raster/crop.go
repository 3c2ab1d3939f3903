package raster

import "fmt"

// Crop returns a copy of the h×w window whose top left pixel is (y, x). It panics if the window leaves the picture.
func (f *Float) Crop(y, x, h, w int) *Float {
	return &Float{h, w, f.C, crop(f.Pix, f.H, f.W, f.C, y, x, h, w)}
}

// Crop returns a copy of the h×w window whose top left pixel is (y, x). It panics if the window leaves the mask.
func (m *Mask) Crop(y, x, h, w int) *Mask {
	return &Mask{h, w, crop(m.Pix, m.H, m.W, 1, y, x, h, w)}
}

// Crop returns a copy of the h×w window whose top left pixel is (y, x). It panics if the window leaves the picture.
func (im *Image) Crop(y, x, h, w int) *Image {
	out := &Image{H: h, W: w, C: im.C}
	if im.Pix16 != nil {
		out.Pix16 = crop(im.Pix16, im.H, im.W, im.C, y, x, h, w)
		return out
	}
	out.Pix8 = crop(im.Pix8, im.H, im.W, im.C, y, x, h, w)
	return out
}

// Pad returns a copy with that many pixels of the given value added on each side. It panics for a negative number.
func (f *Float) Pad(top, bottom, left, right int, value float32) *Float {
	pix := pad(f.Pix, f.H, f.W, f.C, top, bottom, left, right, value)
	return &Float{f.H + top + bottom, f.W + left + right, f.C, pix}
}

// Pad returns a copy with that many pixels of the given class added on each side. It panics for a negative number.
func (m *Mask) Pad(top, bottom, left, right int, class uint8) *Mask {
	return &Mask{m.H + top + bottom, m.W + left + right, pad(m.Pix, m.H, m.W, 1, top, bottom, left, right, class)}
}

func crop[T any](src []T, sh, sw, c, y, x, h, w int) []T {
	if y < 0 || x < 0 || h < 0 || w < 0 || y > sh-h || x > sw-w {
		panic(fmt.Sprintf("raster: Crop: window %d×%d at (y %d, x %d) of a picture %d×%d", h, w, y, x, sh, sw))
	}
	dst := make([]T, 0, h*w*c)
	for i := y; i < y+h; i++ {
		dst = append(dst, src[(i*sw+x)*c:][:w*c]...)
	}
	return dst
}

func pad[T any](src []T, h, w, c, top, bottom, left, right int, value T) []T {
	if min(top, bottom, left, right) < 0 {
		panic(fmt.Sprintf("raster: Pad: negative padding %d, %d, %d, %d", top, bottom, left, right))
	}
	dw := (left + w + right) * c
	dst := make([]T, (top+h+bottom)*dw)
	for i := range dst {
		dst[i] = value
	}
	for y := range h {
		copy(dst[(top+y)*dw+left*c:], src[y*w*c:][:w*c])
	}
	return dst
}
