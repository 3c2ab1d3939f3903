package raster

import (
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
)

// Read decodes an image file: PNG, JPEG, TIFF, BMP, WebP or NPY, told apart by content and not by name.
//
// NPY is an array of NumPy, (H, W) or (H, W, C) with up to 32 channels, of whole numbers from 0: 8 bits for types of one
// byte, 16 for others. Of other formats the result has 1 channel (grey), 3 (RGB; palettes are expanded) or 4 (RGB and alpha, not premultiplied), of 8 or
// 16 bits as in the file; fewer bits are scaled up to 8. Pixels come as they are stored: an EXIF orientation is not
// applied, since masks do not carry it, and of several pages or frames only the first is read.
//
// Errors name the path and what is wrong: a missing, empty, truncated or damaged file, an unknown format, or a
// picture of more than 2²⁸ samples, which is refused before its memory is claimed.
func Read(path string) (*Image, error) {
	data, err := load(path)
	if err != nil {
		return nil, fmt.Errorf("image %s: %w", path, err)
	}
	im, err := decodeImage(data)
	if err != nil {
		return nil, fmt.Errorf("image %s: %w", path, err)
	}
	return im, nil
}

func decodeImage(data []byte) (*Image, error) {
	if isNPY(data) {
		n, err := parseNPY(data)
		if err != nil {
			return nil, err
		}
		return n.image()
	}
	img, info, err := decode(data)
	if err != nil {
		return nil, err
	}
	return convert(img, info)
}

// NewImage returns a black H×W×C picture of 8 bits a sample.
func NewImage(h, w, c int) *Image { return &Image{H: h, W: w, C: c, Pix8: make([]uint8, h*w*c)} }

// convert copies a decoded picture into the plain array that info describes.
func convert(img image.Image, info Info) (*Image, error) {
	switch src := img.(type) {
	case *image.Gray:
		return convert8(info, src.Pix, src.Stride, 1), nil
	case *image.Gray16:
		return convert16(info, src.Pix, src.Stride, 1), nil
	case *image.Paletted:
		return expand(info, src), nil
	case *image.NRGBA:
		return convert8(info, src.Pix, src.Stride, 4), nil
	case *image.NRGBA64:
		return convert16(info, src.Pix, src.Stride, 4), nil
	case *image.RGBA:
		return straighten(convert8(info.withAlpha(!src.Opaque()), src.Pix, src.Stride, 4)), nil
	case *image.RGBA64:
		return straighten(convert16(info.withAlpha(!src.Opaque()), src.Pix, src.Stride, 4)), nil
	case *image.YCbCr:
		return convertYCbCr(info, src, nil), nil
	case *image.NYCbCrA:
		return convertYCbCr(info, &src.YCbCr, src), nil
	case *image.CMYK:
		return convertCMYK(info, src), nil
	}
	return nil, fmt.Errorf("unsupported %s: pixels of type %T", info.Format, img)
}

func (i Info) withAlpha(alpha bool) Info {
	if alpha {
		i.C = 4
	}
	return i
}

// convert8 keeps the first info.C of every step samples.
func convert8(info Info, pix []uint8, stride, step int) *Image {
	im := NewImage(info.H, info.W, info.C)
	for y := range im.H {
		row, dst := pix[y*stride:], im.Pix8[y*im.W*im.C:]
		for x := range im.W {
			copy(dst[x*im.C:][:im.C], row[x*step:][:step])
		}
	}
	return im
}

// convert16 is convert8 for samples of two bytes, high byte first.
func convert16(info Info, pix []uint8, stride, step int) *Image {
	im := &Image{H: info.H, W: info.W, C: info.C, Pix16: make([]uint16, info.H*info.W*info.C)}
	for y := range im.H {
		row, dst := pix[y*stride:], im.Pix16[y*im.W*im.C:]
		for x := range im.W {
			for c := range im.C {
				dst[x*im.C+c] = binary.BigEndian.Uint16(row[2*(x*step+c):])
			}
		}
	}
	return im
}

func expand(info Info, src *image.Paletted) *Image {
	var rgb [256][3]uint8
	for i, c := range src.Palette[:min(256, len(src.Palette))] {
		n := color.NRGBAModel.Convert(c).(color.NRGBA)
		rgb[i] = [3]uint8{n.R, n.G, n.B}
	}
	im := NewImage(info.H, info.W, 3)
	for y := range im.H {
		for x, v := range src.Pix[y*src.Stride:][:im.W] {
			copy(im.Pix8[(y*im.W+x)*3:], rgb[v][:])
		}
	}
	return im
}

// straighten divides premultiplied colours by their alpha.
func straighten(im *Image) *Image {
	if im.C != 4 {
		return im
	}
	unmultiply(im.Pix8)
	unmultiply(im.Pix16)
	return im
}

func unmultiply[T uint8 | uint16](pix []T) {
	top := uint64(^T(0))
	for i := 0; i < len(pix); i += 4 {
		a := uint64(pix[i+3])
		if a == 0 {
			continue
		}
		for c := i; c < i+3; c++ {
			pix[c] = T(min(top, (uint64(pix[c])*top+a/2)/a))
		}
	}
}

func convertCMYK(info Info, src *image.CMYK) *Image {
	im := NewImage(info.H, info.W, 3)
	for y := range im.H {
		for x := range im.W {
			p, q := src.Pix[y*src.Stride+4*x:][:4], im.Pix8[(y*im.W+x)*3:][:3]
			q[0], q[1], q[2] = color.CMYKToRGB(p[0], p[1], p[2], p[3])
		}
	}
	return im
}
