package raster

import (
	"fmt"
	"image/color"
	"maps"
	"slices"
)

// Coding is how the pixels of a mask file stand for classes.
type Coding string

const (
	IndexCode   Coding = "index"   // the grey value, or the palette index, is the class
	BinaryCode  Coding = "binary"  // 0 is class 0 and the one other value, whichever it is, is class 1
	PaletteCode Coding = "palette" // the colour's position in a list is the class
	OneHotCode  Coding = "onehot"  // a channel for each class, of which one is not 0

	// Of classes that may overlap: see ReadFlags.
	ChannelsCode Coding = "channels" // a channel of the file a class
	BitsCode     Coding = "bits"     // bit k of a sample, counted from the lowest, is class k
)

// FlagCodings are the codings that ReadFlags knows.
var FlagCodings = []Coding{ChannelsCode, BitsCode, BinaryCode, IndexCode}

// MaskCode describes how mask files code classes. The zero value is not usable: Coding and Classes must be set, and
// Ignore 0 means that class 0 does not count.
type MaskCode struct {
	Coding  Coding
	Classes int // 1..256

	// Ignore is the class index of pixels that do not count, -1 for none. It may lie outside the classes (255).
	// A file value equal to it is stored as it is. With BinaryCode it is a third value and cannot be 0, 1 or 255.
	Ignore int

	// Palette lists the colours of PaletteCode (alpha is not looked at), IgnoreColor one more that stands for Ignore.
	Palette     []color.RGBA
	IgnoreColor *color.RGBA

	// Map, where not nil, gives the class of every file value (IndexCode) or position (PaletteCode) that may occur.
	Map map[int]uint8
}

// Check says what is wrong with the description itself.
func (c MaskCode) Check() error {
	if c.Classes < 1 || c.Classes > 256 {
		return fmt.Errorf("mask coding: %d classes; allowed: 1 to 256", c.Classes)
	}
	if c.Ignore < -1 || c.Ignore > 255 {
		return fmt.Errorf("mask coding: ignore value %d; allowed: 0 to 255, or -1 for none", c.Ignore)
	}
	for _, v := range slices.Sorted(maps.Keys(c.Map)) {
		if class := int(c.Map[v]); class >= c.Classes && class != c.Ignore {
			return fmt.Errorf("mask coding: value %d is mapped to %d; allowed: %s", v, class, c.classes())
		}
	}
	switch c.Coding {
	case IndexCode:
		return nil
	case OneHotCode:
		if c.Map != nil {
			return fmt.Errorf("mask coding: a map of values needs coding %q, not %q", IndexCode, OneHotCode)
		}
		return nil
	case BinaryCode:
		return c.checkBinary()
	case PaletteCode:
		return c.checkPalette()
	case ChannelsCode, BitsCode:
		return fmt.Errorf("mask coding %q is for classes that may overlap", c.Coding)
	}
	return fmt.Errorf("mask coding %q is unknown; allowed: %s, %s, %s, %s",
		c.Coding, IndexCode, BinaryCode, PaletteCode, OneHotCode)
}

func (c MaskCode) checkBinary() error {
	switch {
	case c.Classes < 2:
		return fmt.Errorf("mask coding: a binary mask has 2 classes, not %d", c.Classes)
	case c.Map != nil:
		return fmt.Errorf("mask coding: a map of values needs coding %q, not %q", IndexCode, BinaryCode)
	case c.Ignore == 0 || c.Ignore == 1 || c.Ignore == 255:
		return fmt.Errorf("mask coding: in a binary mask %d is a class and cannot be ignored; use %q with a map",
			c.Ignore, IndexCode)
	}
	return nil
}

func (c MaskCode) checkPalette() error {
	if len(c.Palette) == 0 || len(c.Palette) > maxColors {
		return fmt.Errorf("mask coding: a palette of %d colours; allowed: 1 to %d", len(c.Palette), maxColors)
	}
	if c.IgnoreColor != nil && c.Ignore < 0 {
		return fmt.Errorf("mask coding: an ignore colour needs an ignore value, 0 to 255")
	}
	seen := map[[3]uint8]int{}
	for i, p := range c.Palette {
		if j, ok := seen[rgbOf(p)]; ok {
			return fmt.Errorf("mask coding: colours %d and %d of the palette are both %s", j, i, hex(rgbOf(p)))
		}
		seen[rgbOf(p)] = i
		if c.Map == nil && i >= c.Classes && i != c.Ignore {
			return fmt.Errorf("mask coding: the palette has %d colours for %d classes; allowed: %s",
				len(c.Palette), c.Classes, c.classes())
		}
	}
	return nil
}

// class returns the class of a file value or palette position.
func (c MaskCode) class(v int) (uint8, bool) {
	if c.Map != nil {
		if class, ok := c.Map[v]; ok {
			return class, true
		}
		return uint8(v), v == c.Ignore
	}
	return uint8(v), v < c.Classes || v == c.Ignore
}

// classes says which class indices may occur, for errors.
func (c MaskCode) classes() string {
	s := fmt.Sprintf("0 to %d", c.Classes-1)
	if c.Ignore >= c.Classes {
		s += fmt.Sprintf(" and %d (ignored)", c.Ignore)
	}
	return s
}

// values says which file values may occur, for errors.
func (c MaskCode) values() string {
	if c.Map == nil {
		return c.classes()
	}
	s := fmt.Sprintf("the mapped values %d", slices.Sorted(maps.Keys(c.Map)))
	if c.Ignore >= 0 {
		s += fmt.Sprintf(" and %d (ignored)", c.Ignore)
	}
	return s
}

func rgbOf(c color.RGBA) [3]uint8 { return [3]uint8{c.R, c.G, c.B} }

func hex(c [3]uint8) string { return fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2]) }
