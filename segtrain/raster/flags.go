package raster

import (
	"fmt"
	"image/color"
)

// Flags say of each pixel and class whether it is there, for classes that may overlap.
//
// Planes are masks of four classes each, two bits a class, the first class in the lowest: 0 is no, 1 is yes, and 3 does
// not count. So whatever moves pixels of masks moves flags, a byte of 0 is none of the classes, and one of 255 does not
// count at all.
type Flags struct {
	H, W, Classes int
	Planes        []*Mask
}

// FlagIgnored is the flag of a pixel and class that does not count. A plane of nothing else holds NoFlags.
const (
	FlagIgnored = 3
	NoFlags     = 255
)

const perPlane = 4

// NewFlags returns H×W pixels of none of the classes.
func NewFlags(h, w, classes int) *Flags {
	f := &Flags{H: h, W: w, Classes: classes}
	for range (classes + perPlane - 1) / perPlane {
		f.Planes = append(f.Planes, NewMask(h, w))
	}
	return f
}

// FlagsOf packs labels of h×w pixels, 0 or 1 for each class and ignore for what does not count. It panics if there are
// others, or their number is wrong.
func FlagsOf(h, w, classes int, labels []uint8, ignore int) *Flags {
	if len(labels) != h*w*classes {
		panic(fmt.Sprintf("raster: FlagsOf: %d labels for %d×%d pixels of %d classes", len(labels), h, w, classes))
	}
	f := NewFlags(h, w, classes)
	for i, v := range labels {
		switch {
		case int(v) == ignore:
			v = FlagIgnored
		case v > 1:
			panic(fmt.Sprintf("raster: FlagsOf: label %d of class %d at pixel %d; allowed: 0, 1 and %d (ignored)",
				v, i%classes, i/classes, ignore))
		}
		f.set(i/classes, i%classes, v)
	}
	return f
}

// set writes the flag of a pixel that has none yet.
func (f *Flags) set(pixel, class int, flag uint8) {
	f.Planes[class/perPlane].Pix[pixel] |= flag << (2 * (class % perPlane))
}

// At returns the flag of a pixel, counted row by row, and a class: 0, 1 or FlagIgnored.
func (f *Flags) At(pixel, class int) uint8 {
	return f.Planes[class/perPlane].Pix[pixel] >> (2 * (class % perPlane)) & 3
}

// Labels writes the flags as a byte for each pixel and class: 0, 1, or ignore for what does not count, which is 0 where
// ignore is negative. It panics unless dst has H·W·Classes bytes.
func (f *Flags) Labels(ignore int, dst []uint8) {
	if len(dst) != f.H*f.W*f.Classes {
		panic(fmt.Sprintf("raster: Labels: %d bytes for %d×%d pixels of %d classes", len(dst), f.H, f.W, f.Classes))
	}
	value := [4]uint8{0, 1, 0, uint8(max(ignore, 0))}
	for i := range f.H * f.W {
		for k := range f.Classes {
			dst[i*f.Classes+k] = value[f.At(i, k)]
		}
	}
}

// Apply returns the flags with their pixels moved by op, which is called once for four classes.
func (f *Flags) Apply(op func(*Mask) *Mask) *Flags {
	out := &Flags{Classes: f.Classes}
	for _, p := range f.Planes {
		out.Planes = append(out.Planes, op(p))
	}
	out.H, out.W = out.Planes[0].H, out.Planes[0].W
	return out
}

// Class returns the mask of one class: 1 where it is there, 0 elsewhere, and ignore (unless negative) where it does not
// count.
func (f *Flags) Class(k, ignore int) *Mask {
	m := NewMask(f.H, f.W)
	for i := range m.Pix {
		m.Pix[i] = f.At(i, k)
		if m.Pix[i] == FlagIgnored {
			m.Pix[i] = uint8(max(ignore, 0))
		}
	}
	return m
}

// Combined returns flags as masks to be shown, in which an index stands for a set of classes, and the colours of the
// indices: the mean of those of the classes, transparent for none of them. NoFlags is what does not count at all. Sets
// beyond the first 250 are white. It panics if a class has no colour.
func Combined(palette []color.RGBA, flags ...*Flags) ([]*Mask, []color.RGBA) {
	colors := []color.RGBA{{}}
	known := map[string]uint8{}
	var masks []*Mask
	for _, f := range flags {
		m := NewMask(f.H, f.W)
		key := make([]byte, f.Classes)
		for i := range m.Pix {
			counted := false
			for k := range key {
				flag := f.At(i, k)
				counted = counted || flag != FlagIgnored
				key[k] = flag & 1 &^ (flag >> 1)
			}
			if !counted {
				m.Pix[i] = NoFlags
				continue
			}
			index, ok := known[string(key)]
			if !ok {
				index, colors = addSet(colors, palette, key)
				known[string(key)] = index
			}
			m.Pix[i] = index
		}
		masks = append(masks, m)
	}
	return masks, colors
}

// addSet returns the index of a new set of classes, and the colours with its own.
func addSet(colors, palette []color.RGBA, set []byte) (uint8, []color.RGBA) {
	const most = 250
	r, g, b, n := 0, 0, 0, 0
	for k, there := range set {
		if there == 1 {
			c := palette[k]
			r, g, b, n = r+int(c.R), g+int(c.G), b+int(c.B), n+1
		}
	}
	if n == 0 {
		return 0, colors
	}
	if len(colors) >= most {
		return most, append(colors[:most:most], color.RGBA{255, 255, 255, 255})
	}
	return uint8(len(colors)), append(colors, color.RGBA{uint8(r / n), uint8(g / n), uint8(b / n), 255})
}
