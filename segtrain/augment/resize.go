package augment

import (
	"math"
	"math/rand/v2"

	"tessera/segtrain/raster"
)

// Resize stretches every picture to Height×Width (Albumentations: Resize). Pictures are filtered where they
// shrink and interpolated bilinearly where they grow; masks take the nearest pixel. It always takes place:
// pictures of a batch must have one size.
type Resize struct {
	Height int `yaml:"height"`
	Width  int `yaml:"width"`
}

// Draw returns the resize; rng is not used and may be nil.
func (t Resize) Draw(_ *rand.Rand, h, w int) Op { return newResize(h, w, t.Height, t.Width) }

// Validate checks that the size is there.
func (t Resize) Validate() error { return checkSize(t.Height, t.Width) }

// Letterbox scales every picture to the largest size that fits Height×Width with its proportions kept, and
// centres it on a border (Albumentations: LongestMaxSize and PadIfNeeded in one). FillMask is the class of
// the border; left out, it is the ignored class (see Bind).
type Letterbox struct {
	Height   int    `yaml:"height"`
	Width    int    `yaml:"width"`
	Fill     Fill   `yaml:"fill"`
	FillMask *uint8 `yaml:"fill_mask"`
}

// Draw returns the resize and the pad; rng is not used and may be nil. The op is an Inverter.
func (t Letterbox) Draw(_ *rand.Rand, h, w int) Op {
	rh, rw := t.inner(h, w)
	pad := centre(rh, rw, t.Height, t.Width, newBorder(t.Fill, t.FillMask))
	return Fuse(h, w, newResize(h, w, rh, rw), pad)
}

// inner returns the size of the scaled picture: one side fills the box, the other is rounded to the nearest
// pixel.
func (t Letterbox) inner(h, w int) (int, int) {
	if t.Height*w <= t.Width*h {
		return t.Height, clamp(rounded(w*t.Height, h), t.Width)
	}
	return clamp(rounded(h*t.Width, w), t.Height), t.Width
}

func rounded(a, b int) int     { return int(math.Floor(float64(a)/float64(b) + 0.5)) }
func clamp(v, largest int) int { return min(max(v, 1), largest) }

// Validate checks that the size is there.
func (t Letterbox) Validate() error { return checkSize(t.Height, t.Width) }

func (t Letterbox) bind(channels, ignore int) (_ Transform, err error) {
	t.FillMask, err = bindFill("Letterbox", t.Fill, t.FillMask, channels, ignore)
	return t, err
}

// A resize scales the whole input to the whole output.
type resize struct{ frame }

func newResize(h, w, outH, outW int) Op {
	if h == outH && w == outW {
		return Identity(h, w)
	}
	return resize{frame{h, w, outH, outW}}
}

func (r resize) shrinks() bool { return r.outH < r.inH || r.outW < r.inW }

func (r resize) Matrix() Affine {
	return Scaling(float64(r.inW)/float64(r.outW), float64(r.inH)/float64(r.outH))
}

func (r resize) Inverse() Op { return resize{r.frame.inverse()} }

func (r resize) Image(in *raster.Float) *raster.Float {
	r.check(in.H, in.W)
	return raster.ResizeFloat(in, r.outH, r.outW)
}

func (r resize) Bytes(in *raster.Image) *raster.Image { return newBytes(r, in) }

func (r resize) bytesInto(dst, in *raster.Image) {
	r.check(in.H, in.W)
	raster.ResizeBytes(dst, in, r.outH, r.outW)
}

func (r resize) Mask(in *raster.Mask) *raster.Mask {
	r.check(in.H, in.W)
	return raster.ResizeMask(in, r.outH, r.outW)
}
