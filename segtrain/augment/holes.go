package augment

import (
	"fmt"
	"image"
	"math/rand/v2"
	"strconv"
	"strings"

	"tessera/internal/random"
	"tessera/segtrain/raster"
)

// HoleFill is what a hole shows: a number or one a channel, in the unit of raster.Float (0 black, 1 white), or noise of
// one colour a sample ("random") or a hole ("random_uniform"). Empty means black.
type HoleFill struct {
	Fill   Fill
	Random string
}

// UnmarshalYAML reads a number, a list of numbers, or a word.
func (f *HoleFill) UnmarshalYAML(decode func(any) error) error {
	*f = HoleFill{}
	if f.Fill.UnmarshalYAML(decode) == nil {
		return nil
	}
	return decode(&f.Random)
}

// MarshalYAML writes what UnmarshalYAML reads.
func (f HoleFill) MarshalYAML() (any, error) {
	if f.Random != "" {
		return f.Random, nil
	}
	if f.Fill == nil {
		return 0, nil
	}
	return []float32(f.Fill), nil
}

// String returns how the fill is written in a configuration.
func (f HoleFill) String() string {
	switch {
	case f.Random != "":
		return f.Random
	case f.Fill == nil:
		return "0"
	}
	return strings.ReplaceAll(fmt.Sprint([]float32(f.Fill)), " ", ", ")
}

func (f HoleFill) check() error {
	for _, v := range f.Fill {
		if !(v >= 0 && v <= 1) {
			return fmt.Errorf("fill: must lie in [0, 1], not %v", v)
		}
	}
	if f.Random == "" {
		return nil
	}
	return checkOneOf("fill", f.Random, "random", "random_uniform")
}

// bytes returns the fill of a pixel of c channels, in 8 bits.
func (f Fill) bytes(c int) []uint8 {
	out := make([]uint8, c)
	for i, v := range f.pixel(c) {
		out[i] = uint8(whole(float64(v) * 255))
	}
	return out
}

// MaskFill is what the mask shows where a hole is: null leaves it, a number is that class, "ignore" the ignored class.
type MaskFill struct {
	class  *uint8
	ignore bool
}

// UnmarshalYAML reads null, a class, or the word ignore.
func (f *MaskFill) UnmarshalYAML(decode func(any) error) error {
	*f = MaskFill{}
	var word string
	if decode(&word) == nil && word != "" { // a number may come as a word
		class, err := strconv.ParseUint(word, 10, 8)
		if f.ignore = word == "ignore"; !f.ignore && err != nil {
			return fmt.Errorf("what the mask shows is null, a class from 0 to 255, or ignore, not %s", word)
		}
		if !f.ignore {
			f.class = new(uint8(class))
		}
		return nil
	}
	return decode(&f.class)
}

// MarshalYAML writes what UnmarshalYAML reads.
func (f MaskFill) MarshalYAML() (any, error) {
	if f.ignore {
		return "ignore", nil
	}
	return f.class, nil
}

// String returns how the fill is written in a configuration.
func (f MaskFill) String() string {
	switch {
	case f.ignore:
		return "ignore"
	case f.class == nil:
		return "null"
	}
	return fmt.Sprint(*f.class)
}

// MaskClass is the MaskFill of a class.
func MaskClass(class uint8) MaskFill { return MaskFill{class: &class} }

// MaskIgnored is the MaskFill of the ignored class.
func MaskIgnored() MaskFill { return MaskFill{ignore: true} }

// bindHoles resolves what depends on the data.
func bindHoles(name string, fill HoleFill, mask *MaskFill, channels, ignore int) error {
	if n := len(fill.Fill); n > 1 && n != channels {
		return fmt.Errorf("%s: fill: %d values for pictures of %d channel(s)", name, n, channels)
	}
	if !mask.ignore {
		return nil
	}
	if ignore < 0 {
		return fmt.Errorf("%s: fill_mask: ignore, but the data has no ignored class", name)
	}
	mask.class = new(uint8(ignore))
	return nil
}

// holes is a brush that fills rectangles, and the mask under them if it has a class.
type holes struct {
	rects []image.Rectangle
	key   uint64
	fill  HoleFill
	class *uint8
}

// dig returns the op that fills rectangles. The key of its noise is drawn last.
func dig(rng *rand.Rand, h, w int, rects []image.Rectangle, fill HoleFill, mask MaskFill) Op {
	return paint(h, w, holes{rects, rng.Uint64(), fill, mask.class})
}

func (b holes) stroke(dst, src *raster.Image) {
	copyImage(dst, src)
	pixel := b.fill.Fill.bytes(dst.C)
	for i, r := range b.rects {
		if b.fill.Random == "random_uniform" {
			for c := range pixel {
				pixel[c] = uint8(random.At(b.key, i*dst.C+c))
			}
		}
		n := r.Dx() * dst.C
		for y := r.Min.Y; y < r.Max.Y && n > 0; y++ {
			at := (y*dst.W + r.Min.X) * dst.C
			row := dst.Pix8[at:][:n]
			switch {
			case b.fill.Random == "random":
				for k := range row {
					row[k] = uint8(bits16(b.key, at+k))
				}
			case y > r.Min.Y:
				copy(row, dst.Pix8[at-dst.W*dst.C:])
			default:
				for k := 0; k < n; k += dst.C {
					copy(row[k:], pixel)
				}
			}
		}
	}
}

func (b holes) mark(dst, src *raster.Mask) {
	if &dst.Pix[0] != &src.Pix[0] {
		copy(dst.Pix, src.Pix)
	}
	if b.class == nil {
		return
	}
	for _, r := range b.rects {
		for y := r.Min.Y; y < r.Max.Y; y++ {
			row := dst.Pix[y*dst.W:][r.Min.X:r.Max.X]
			for x := range row {
				row[x] = *b.class
			}
		}
	}
}

// box is the rectangle of h×w pixels whose top left pixel is (y, x).
func box(y, x, h, w int) image.Rectangle { return image.Rect(x, y, x+w, y+h) }
