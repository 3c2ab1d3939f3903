package augment

import (
	"fmt"
	"slices"
	"sync"

	"tessera/kernels"
	"tessera/segtrain/raster"
)

// Painter is an Op that leaves pixels in their place and changes what they show. It is defined on 8-bit pictures, as
// in Albumentations and OpenCV; Image rounds to 8 bits first. Painters that follow each other are fused into one,
// which rounds once, and tables among them into one table (see Fuse): the result is that of one after the other,
// bit for bit.
type Painter interface {
	Op
	// Paint writes the op's result to dst, which may be src. Both have 8 bits and the size the op was drawn for.
	Paint(dst, src *raster.Image)
}

// brush is one step of a Painter. It reads src and writes all of dst, a picture of the same shape that may be src.
type brush interface {
	stroke(dst, src *raster.Image)
}

// marker is a brush that changes masks as well; dst may be src.
type marker interface {
	brush
	mark(dst, src *raster.Mask)
}

// painted is the Painter of an h×w picture that is made of brushes.
type painted struct {
	h, w    int
	brushes []brush
}

func paint(h, w int, b ...brush) Op { return painted{h, w, b} }

// then returns p followed by q in one.
func (p painted) then(q painted) painted {
	all := slices.Clone(p.brushes)
	for _, b := range q.brushes {
		if n := len(all); n > 0 {
			first, ok := all[n-1].(table)
			if second, ok2 := b.(table); ok && ok2 {
				all[n-1] = first.then(second)
				continue
			}
		}
		all = append(all, b)
	}
	return painted{p.h, p.w, all}
}

// mergePaint returns the one Painter that does first and second, if both are painters.
func mergePaint(first, second Op) (Op, bool) {
	p, ok := first.(painted)
	q, ok2 := second.(painted)
	if !ok || !ok2 {
		return nil, false
	}
	return p.then(q), true
}

func (p painted) check(h, w int) { frame{inH: p.h, inW: p.w}.check(h, w) }

// canvases are 8-bit pictures that Image works on.
var canvases = sync.Pool{New: func() any { return new(raster.Image) }}

// canvas returns an 8-bit picture with whatever was in it.
func canvas(h, w, c int) *raster.Image {
	im := canvases.Get().(*raster.Image)
	reshape(im, h, w, c)
	return im
}

// strip is how many samples are handed to a kernel at a time.
const strip = 1 << 15

func (p painted) Image(in *raster.Float) *raster.Float {
	p.check(in.H, in.W)
	im := canvas(in.H, in.W, in.C)
	defer canvases.Put(im)
	for i := 0; i < len(in.Pix); i += strip {
		j := min(i+strip, len(in.Pix))
		kernels.FloatsToBytes(in.Pix[i:j], im.Pix8[i:j])
	}
	p.Paint(im, im)
	out := raster.NewFloat(in.H, in.W, in.C)
	for i := 0; i < len(in.Pix); i += strip {
		j := min(i+strip, len(in.Pix))
		kernels.BytesToFloats(im.Pix8[i:j], out.Pix[i:j])
	}
	return out
}

func (p painted) Paint(dst, src *raster.Image) {
	p.check(src.H, src.W)
	if len(dst.Pix8) != len(src.Pix8) || dst.H != src.H || dst.W != src.W {
		panic(fmt.Sprintf("augment: Paint of %d×%d×%d pixels to %d×%d×%d", src.H, src.W, src.C, dst.H, dst.W, dst.C))
	}
	for _, b := range p.brushes {
		b.stroke(dst, src)
		src = dst
	}
	copyImage(dst, src)
}

func (p painted) Mask(in *raster.Mask) *raster.Mask {
	p.check(in.H, in.W)
	out := in
	for _, b := range p.brushes {
		m, ok := b.(marker)
		if !ok {
			continue
		}
		if out == in {
			out = raster.NewMask(in.H, in.W)
			m.mark(out, in)
		} else {
			m.mark(out, out)
		}
	}
	return out
}

// copyImage makes dst show src.
func copyImage(dst, src *raster.Image) {
	if &dst.Pix8[0] != &src.Pix8[0] {
		copy(dst.Pix8, src.Pix8)
	}
}
