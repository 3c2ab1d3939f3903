package augment

import (
	"fmt"
	"slices"

	"tessera/segtrain/raster"
)

// Fill is the colour of pixels that have no source: one value a channel, or one value for all channels, in
// the unit of raster.Float (0 black, 1 white). Empty means black. In YAML it is a number or a list of
// numbers.
type Fill []float32

// UnmarshalYAML reads a number or a list of numbers.
func (f *Fill) UnmarshalYAML(decode func(any) error) error {
	var one float32
	if decode(&one) == nil {
		*f = Fill{one}
		return nil
	}
	var all []float32
	if err := decode(&all); err != nil {
		return err
	}
	*f = all
	if len(all) == 0 {
		*f = nil
	}
	return nil
}

// pixel returns the fill of one pixel of c channels. It panics when f has another number of channels.
func (f Fill) pixel(c int) []float32 {
	switch len(f) {
	case c:
		return f
	case 0:
		return make([]float32, c)
	case 1:
		return slices.Repeat(f, c)
	}
	panic("augment: the fill has another number of channels than the picture")
}

// border is what an op shows where its input ends.
type border struct {
	fill Fill
	mask uint8
	mode borderMode
}

// newBorder resolves parameters: a mask fill that is not given is class 0 (see Bind).
func newBorder(fill Fill, mask *uint8) border {
	if mask == nil {
		return border{fill: fill}
	}
	return border{fill: fill, mask: *mask}
}

func (b border) equal(o border) bool {
	return b.mode == o.mode && b.mask == o.mask && slices.Equal(b.fill, o.fill)
}

// image returns an h×w×c picture of nothing but border.
func (b border) image(h, w, c int) *raster.Float {
	out := raster.NewFloat(h, w, c)
	if p := b.fill.pixel(c); slices.ContainsFunc(p, func(v float32) bool { return v != 0 }) {
		for i := 0; i < len(out.Pix); i += c {
			copy(out.Pix[i:i+c], p)
		}
	}
	return out
}

// maskOf returns an h×w mask of nothing but border.
func (b border) maskOf(h, w int) *raster.Mask {
	out := raster.NewMask(h, w)
	if b.mask != 0 {
		for i := range out.Pix {
			out.Pix[i] = b.mask
		}
	}
	return out
}

// bordered is a Transform that may show border, by itself or through a part.
type bordered interface {
	bind(channels, ignore int) (Transform, error)
}

// Bind fits t to a data set: every mask fill that t's settings leave open becomes the ignored class, so that
// pixels without a source are not trained on (class 0 where ignore is negative, which is also what an unbound
// t shows). The error says which transform has a fill for another number of channels.
func Bind(t Transform, channels, ignore int) (Transform, error) {
	if b, ok := t.(bordered); ok {
		return b.bind(channels, ignore)
	}
	return t, nil
}

// bindFill returns the mask fill to use, after checking the fill of pictures.
func bindFill(name string, fill Fill, mask *uint8, channels, ignore int) (*uint8, error) {
	if n := len(fill); n > 1 && n != channels {
		return nil, fmt.Errorf("%s: fill: %d values for pictures of %d channel(s)", name, n, channels)
	}
	if mask == nil && ignore >= 0 {
		mask = new(uint8(ignore))
	}
	return mask, nil
}
