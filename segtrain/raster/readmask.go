package raster

import (
	"encoding/binary"
	"fmt"
	"image"
)

// maxColors bounds a palette of colours; several may map to one class, so it is more than 256.
const maxColors = 1 << 12

// ReadMask decodes a mask file of any format Read knows into class indices, as code describes.
//
// Index and binary masks are grey of 8 or 16 bits (colour files too, if every pixel is grey) or paletted, where the
// palette index counts and not the colour. Grey of 1, 2 or 4 bits is scaled to 0..255 first. Palette masks are 8-bit
// colours, or paletted files by their colours. An alpha channel is not looked at.
//
// Errors name the path and what is wrong: everything Read reports, a code that contradicts itself, and a pixel whose
// value or colour is not allowed, with its position and what is.
func ReadMask(path string, code MaskCode) (*Mask, error) {
	m, err := readMask(path, code)
	if err != nil {
		return nil, fmt.Errorf("mask %s: %w", path, err)
	}
	return m, nil
}

// DecodeMask is ReadMask of a file's bytes, such as those of a file in an archive.
func DecodeMask(data []byte, code MaskCode) (*Mask, error) {
	if err := code.Check(); err != nil {
		return nil, err
	}
	return decodeMask(data, code)
}

func readMask(path string, code MaskCode) (*Mask, error) {
	if err := code.Check(); err != nil {
		return nil, err
	}
	data, err := load(path)
	if err != nil {
		return nil, err
	}
	return decodeMask(data, code)
}

func decodeMask(data []byte, code MaskCode) (*Mask, error) {
	if code.Coding == OneHotCode {
		im, err := decodeImage(data)
		if err != nil {
			return nil, err
		}
		return code.decodeOneHot(im)
	}
	if isNPY(data) {
		return code.decodeNPY(data)
	}
	img, info, err := decode(data)
	if err != nil {
		return nil, err
	}
	m, err := code.decode(img, info)
	if err != nil && info.Format == "JPEG" {
		return nil, fmt.Errorf("%w (JPEG compression changes values: masks need a lossless format such as PNG)", err)
	}
	return m, err
}

// decodeNPY reads an array of values. Colours are for pictures.
func (c MaskCode) decodeNPY(data []byte) (*Mask, error) {
	n, err := parseNPY(data)
	if err != nil {
		return nil, err
	}
	if n.info.C != 1 || c.Coding == PaletteCode {
		return nil, fmt.Errorf("NPY with %d channels and coding %q; allowed: 1 channel, or coding %q",
			n.info.C, c.Coding, OneHotCode)
	}
	im, err := n.image()
	if err != nil {
		return nil, err
	}
	return c.decodeValues(im.values(), n.info)
}

// values returns the samples in 16 bits.
func (im *Image) values() []uint16 {
	if im.Pix16 != nil {
		return im.Pix16
	}
	list := make([]uint16, len(im.Pix8))
	for i, v := range im.Pix8 {
		list[i] = uint16(v)
	}
	return list
}

func (c MaskCode) decode(img image.Image, info Info) (*Mask, error) {
	if c.Coding == PaletteCode {
		return c.decodeColors(img, info)
	}
	values, err := indices(img, info)
	if err != nil {
		return nil, err
	}
	return c.decodeValues(values, info)
}

// decodeValues reads grey values or palette indices.
func (c MaskCode) decodeValues(values []uint16, info Info) (*Mask, error) {
	if c.Coding == BinaryCode {
		return c.decodeBinary(values, info)
	}
	m := NewMask(info.H, info.W)
	for i, v := range values {
		class, ok := c.class(int(v))
		if !ok {
			return nil, fmt.Errorf("value %d at %s; allowed: %s", v, at(i, info), c.values())
		}
		m.Pix[i] = class
	}
	return m, nil
}

func (c MaskCode) decodeBinary(values []uint16, info Info) (*Mask, error) {
	m := NewMask(info.H, info.W)
	var one uint16 // the value that stands for class 1, once seen
	for i, v := range values {
		switch {
		case int(v) == c.Ignore:
			m.Pix[i] = uint8(v)
		case v == 0:
		case one == 0 || v == one:
			one = v
			m.Pix[i] = 1
		default:
			return nil, fmt.Errorf("value %d at %s beside %d; allowed in a binary mask: 0 and one other value",
				v, at(i, info), one)
		}
	}
	return m, nil
}

func (c MaskCode) decodeColors(img image.Image, info Info) (*Mask, error) {
	im, err := convert(img, info)
	if err != nil {
		return nil, err
	}
	if im.Pix16 != nil {
		return nil, fmt.Errorf("the %s has 16 bits a sample; allowed for a palette mask: 8", info.Format)
	}
	class := make(map[[3]uint8]uint8, len(c.Palette)+1)
	if c.IgnoreColor != nil {
		class[rgbOf(*c.IgnoreColor)] = uint8(c.Ignore)
	}
	for i, p := range c.Palette {
		if v, ok := c.class(i); ok {
			class[rgbOf(p)] = v
		}
	}
	im = im.Channels(3)
	m := NewMask(info.H, info.W)
	for i := range m.Pix {
		p := [3]uint8(im.Pix8[3*i:])
		if i > 0 && p == [3]uint8(im.Pix8[3*i-3:]) {
			m.Pix[i] = m.Pix[i-1]
			continue
		}
		v, ok := class[p]
		if !ok {
			return nil, fmt.Errorf("colour %s at %s is not one of the %d colours of the palette",
				hex(p), at(i, info), len(class))
		}
		m.Pix[i] = v
	}
	return m, nil
}

// indices returns the grey values or palette indices of a decoded file, row by row.
func indices(img image.Image, info Info) ([]uint16, error) {
	values := make([]uint16, info.H*info.W)
	switch src := img.(type) {
	case *image.Gray:
		copyIndices(values, src.Pix, src.Stride, info.W)
	case *image.Paletted:
		copyIndices(values, src.Pix, src.Stride, info.W)
	case *image.Gray16:
		for i := range values {
			values[i] = binary.BigEndian.Uint16(src.Pix[i/info.W*src.Stride+i%info.W*2:])
		}
	default:
		im, err := convert(img, info)
		if err != nil {
			return nil, err
		}
		if im.Pix16 != nil {
			return values, greyIndices(values, im.Pix16, info, im.C)
		}
		return values, greyIndices(values, im.Pix8, info, im.C)
	}
	return values, nil
}

func copyIndices(dst []uint16, pix []uint8, stride, w int) {
	for i := range dst {
		dst[i] = uint16(pix[i/w*stride+i%w])
	}
}

func greyIndices[T uint8 | uint16](dst []uint16, pix []T, info Info, c int) error {
	for i := range dst {
		p := pix[i*c:][:c]
		if c >= 3 && (p[0] != p[1] || p[1] != p[2]) {
			return fmt.Errorf("colour (%d, %d, %d) at %s is not a class index; a mask of colours needs coding %q",
				p[0], p[1], p[2], at(i, info), PaletteCode)
		}
		dst[i] = uint16(p[0])
	}
	return nil
}

// at names the i-th pixel of a picture.
func at(i int, info Info) string { return fmt.Sprintf("pixel (x %d, y %d)", i%info.W, i/info.W) }
