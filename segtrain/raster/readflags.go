package raster

import (
	"fmt"
	"slices"
	"strings"
)

// ClassField is what stands for a class's name in a path of masks that are a file a class.
const ClassField = "{class}"

// ClassFiles returns the files that a path stands for: itself, or one for each class where it holds ClassField.
func ClassFiles(path string, classes []string) []string {
	if !strings.Contains(path, ClassField) {
		return []string{path}
	}
	list := make([]string, len(classes))
	for i, name := range classes {
		list[i] = strings.ReplaceAll(path, ClassField, name)
	}
	return list
}

// CheckFlags says what is wrong with a description of masks whose classes may overlap. Classes is their number.
func (c MaskCode) CheckFlags() error {
	if !slices.Contains(FlagCodings, c.Coding) {
		return fmt.Errorf("mask coding %q is not for classes that may overlap; allowed: %s, %s, or with %s in the path %s, %s",
			c.Coding, ChannelsCode, BitsCode, ClassField, BinaryCode, IndexCode)
	}
	if c.Classes < 1 || c.Classes > 256 {
		return fmt.Errorf("mask coding: %d classes; allowed: 1 to 256", c.Classes)
	}
	if c.Coding == BitsCode && c.Classes > 16 {
		return fmt.Errorf("mask coding: %d classes; allowed with coding %q: 1 to 16, the bits of a sample", c.Classes, BitsCode)
	}
	if c.Map != nil && c.Coding != IndexCode {
		return fmt.Errorf("mask coding: a map of values needs coding %q, not %q", IndexCode, c.Coding)
	}
	if c.Ignore < -1 || c.Ignore == 0 || c.Ignore == 1 || c.Ignore > 255 {
		return fmt.Errorf("mask coding: ignore value %d; allowed: 2 to 255, or -1 for none", c.Ignore)
	}
	if c.Coding == BitsCode {
		return nil
	}
	return c.ofClass().Check()
}

// CheckPath says whether a path fits the coding: ClassField has to stand in it, or must not.
func (c MaskCode) CheckPath(path string) error {
	one := c.Coding == ChannelsCode || c.Coding == BitsCode
	switch has := strings.Contains(path, ClassField); {
	case has && one:
		return fmt.Errorf("mask %s: with coding %q all classes are in one file, so its path cannot have %s; "+
			"allowed for a file a class: %s, %s", path, c.Coding, ClassField, BinaryCode, IndexCode)
	case !has && !one:
		return fmt.Errorf("mask %s: coding %q means a file a class, so its path needs %s; allowed for one file: %s, %s",
			path, c.Coding, ClassField, ChannelsCode, BitsCode)
	}
	return nil
}

// ofClass describes the file or channel of one class: 0 and 1, or 0 and another value.
func (c MaskCode) ofClass() MaskCode {
	c.Classes = 2
	if c.Coding == ChannelsCode {
		c.Coding = BinaryCode
	}
	return c
}

// ReadFlags decodes the masks of classes that may overlap, one for each name.
//
// With ClassField in the path there is a file a class, coded as ReadMask has it for two classes (BinaryCode: 0 and one other
// value, or IndexCode: 0 and 1). Else one file has them all: ChannelsCode has a channel a class, in each of which 0 is
// no and one other value yes (further channels must be empty), and BitsCode is grey of 8 or 16 bits, or paletted, of
// whose samples bit k is class k. Both may be arrays of NumPy. Ignore is one more value of a file or channel; bits have none.
//
// Errors name the path and what is wrong: everything ReadMask reports, files of several sizes, a number of channels that
// does not fit, and bits of no class.
func ReadFlags(path string, classes []string, code MaskCode) (*Flags, error) {
	code.Classes = len(classes)
	if err := code.CheckFlags(); err != nil {
		return nil, fmt.Errorf("mask %s: %w", path, err)
	}
	if err := code.CheckPath(path); err != nil {
		return nil, err
	}
	if strings.Contains(path, ClassField) {
		return readClassFiles(ClassFiles(path, classes), code.ofClass())
	}
	f, err := readFlags(path, classes, code)
	if err != nil {
		return nil, fmt.Errorf("mask %s: %w", path, err)
	}
	return f, nil
}

func readClassFiles(files []string, code MaskCode) (*Flags, error) {
	var f *Flags
	for k, file := range files {
		m, err := ReadMask(file, code)
		if err != nil {
			return nil, err
		}
		if f == nil {
			f = NewFlags(m.H, m.W, len(files))
		}
		if m.H != f.H || m.W != f.W {
			return nil, fmt.Errorf("mask %s has %d×%d pixels, but %s has %d×%d", file, m.H, m.W, files[0], f.H, f.W)
		}
		f.setClass(k, m, code.Ignore)
	}
	return f, nil
}

// setClass takes the flags of a class from its mask.
func (f *Flags) setClass(k int, m *Mask, ignore int) {
	for i, v := range m.Pix {
		if int(v) == ignore {
			v = FlagIgnored
		}
		f.set(i, k, v)
	}
}

func readFlags(path string, classes []string, code MaskCode) (*Flags, error) {
	data, err := load(path)
	if err != nil {
		return nil, err
	}
	if isNPY(data) {
		return flagsOfArray(data, classes, code)
	}
	img, info, err := decode(data)
	if err != nil {
		return nil, err
	}
	if code.Coding == BitsCode {
		values, err := indices(img, info)
		if err != nil {
			return nil, err
		}
		return flagsOfBits(values, info, len(classes))
	}
	im, err := convert(img, info)
	if err != nil {
		return nil, err
	}
	return flagsOfChannels(im, info, classes, code.ofClass())
}

// flagsOfArray reads an array of NumPy: of a channel a class, or of bits.
func flagsOfArray(data []byte, classes []string, code MaskCode) (*Flags, error) {
	n, err := parseNPY(data)
	if err != nil {
		return nil, err
	}
	im, err := n.image()
	if err != nil {
		return nil, err
	}
	if code.Coding != BitsCode {
		return flagsOfChannels(im, n.info, classes, code.ofClass())
	}
	if n.info.C != 1 {
		return nil, fmt.Errorf("NPY with %d channels and coding %q; allowed: 1 channel, or coding %q", n.info.C, BitsCode, ChannelsCode)
	}
	return flagsOfBits(im.values(), n.info, len(classes))
}

func flagsOfBits(values []uint16, info Info, classes int) (*Flags, error) {
	f := NewFlags(info.H, info.W, classes)
	for i, v := range values {
		if int(v) >= 1<<classes {
			return nil, fmt.Errorf("value %d at %s has bits of no class; allowed with %d classes: 0 to %d",
				v, at(i, info), classes, 1<<classes-1)
		}
		for k := range classes {
			f.set(i, k, uint8(v>>k&1))
		}
	}
	return f, nil
}

func flagsOfChannels(im *Image, info Info, classes []string, code MaskCode) (*Flags, error) {
	if im.C < len(classes) {
		return nil, fmt.Errorf("%d channels for %d classes (%s); allowed: a channel a class, or a file a class with %s in the path",
			im.C, len(classes), strings.Join(classes, ", "), ClassField)
	}
	f, values := NewFlags(im.H, im.W, len(classes)), make([]uint16, im.H*im.W)
	for k := range im.C {
		for i := range values {
			if im.Pix16 != nil {
				values[i] = im.Pix16[i*im.C+k]
			} else {
				values[i] = uint16(im.Pix8[i*im.C+k])
			}
		}
		if k >= len(classes) {
			if i := slices.IndexFunc(values, func(v uint16) bool { return v != 0 }); i >= 0 {
				return nil, fmt.Errorf("%d channels for %d classes (%s), and channel %d is not empty: value %d at %s",
					im.C, len(classes), strings.Join(classes, ", "), k+1, values[i], at(i, info))
			}
			continue
		}
		m, err := code.decodeBinary(values, info)
		if err != nil {
			return nil, fmt.Errorf("channel %d (%s): %w", k+1, classes[k], err)
		}
		f.setClass(k, m, code.Ignore)
	}
	return f, nil
}
