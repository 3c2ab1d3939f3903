package augment

import (
	"tessera/segtrain/raster"
)

// ByteOp is an Op that works on pictures of 8 bits as well.
type ByteOp interface {
	Op
	// Bytes is Image for a picture of 8 bits. Pixels that are moved whole are exact; others are rounded, and within 1.5 of 255 of
	// what Image gives.
	Bytes(*raster.Image) *raster.Image
	// bytesInto is Bytes into dst, which takes the result's shape and may hold anything. dst must not be the argument.
	bytesInto(dst, in *raster.Image)
}

// Bytes applies an op to a picture of 8 bits, by way of float32 where the op has none shorter.
func Bytes(op Op, in *raster.Image) *raster.Image {
	if o, ok := op.(ByteOp); ok {
		return o.Bytes(in)
	}
	return op.Image(in.Float()).Image()
}

// BytesInto is Bytes into memory that is there: dst takes the result's shape, and its memory may be exchanged for other. dst
// must not be in.
func BytesInto(dst *raster.Image, op Op, in *raster.Image) {
	if o, ok := op.(ByteOp); ok {
		o.bytesInto(dst, in)
		return
	}
	*dst = *op.Image(in.Float()).Image()
}

// Lead applies to a picture those of op's first steps that are done in 8 bits, and returns what is left to do. The result
// is in scratch, or the picture itself if there is no such step. Done in 8 bits is all that comes before a step that rounds to
// them, and what moves whole pixels and shows no border. A picture that has not 8 bits stays as it is.
func Lead(op Op, in, scratch *raster.Image) (Op, *raster.Image) {
	all := sequence{ops: []Op{op}}
	if s, ok := op.(sequence); ok {
		all = s
	}
	n := inBytes(all.ops)
	if n == 0 || in.Pix8 == nil {
		return op, in
	}
	sequence{ops: all.ops[:n]}.bytesInto(scratch, in)
	if n == len(all.ops) {
		return Identity(scratch.H, scratch.W), scratch
	}
	return sequence{all.ops[n:], all.h, all.w}, scratch
}

// inBytes returns how many of the first ops are done in 8 bits.
func inBytes(ops []Op) (n int) {
	for i, op := range ops {
		switch op := op.(type) {
		case painted, warp, field:
			n = i + 1
		case shuffle:
			n += boolInt(n == i)
		case move:
			n += boolInt(n == i && op.whole() && !op.isIdentity())
		}
	}
	return n
}

// reshape makes im an h×w×c picture of whatever is in its memory, or in new memory if that is too small.
func reshape(im *raster.Image, h, w, c int) {
	if n := h * w * c; cap(im.Pix8) < n {
		im.Pix8 = make([]uint8, n)
	} else {
		im.Pix8 = im.Pix8[:n]
	}
	im.H, im.W, im.C, im.Pix16 = h, w, c, nil
}

// newBytes is Bytes by bytesInto.
func newBytes(op ByteOp, in *raster.Image) *raster.Image {
	out := new(raster.Image)
	op.bytesInto(out, in)
	return out
}

// bytesInto makes dst an h×w×c picture of nothing but border.
func (b border) bytesInto(dst *raster.Image, h, w, c int) {
	reshape(dst, h, w, c)
	pixel := (&raster.Float{H: 1, W: 1, C: c, Pix: b.fill.pixel(c)}).Image().Pix8
	copy(dst.Pix8, pixel)
	for done := c; done < len(dst.Pix8); done *= 2 {
		copy(dst.Pix8[done:], dst.Pix8[:done])
	}
}

func (m move) Bytes(in *raster.Image) *raster.Image {
	if m.isIdentity() {
		m.check(in.H, in.W)
		return in
	}
	return newBytes(m, in)
}

func (m move) bytesInto(dst, in *raster.Image) {
	m.check(in.H, in.W)
	if m.whole() {
		reshape(dst, m.outH, m.outW, in.C)
	} else {
		m.border.bytesInto(dst, m.outH, m.outW, in.C)
	}
	gather(m, dst.Pix8, in.Pix8, in.C)
}

func (s shuffle) Bytes(in *raster.Image) *raster.Image { return newBytes(s, in) }

func (s shuffle) bytesInto(dst, in *raster.Image) {
	s.check(in.H, in.W)
	reshape(dst, in.H, in.W, in.C)
	copyTiles(s, dst.Pix8, in.Pix8, in.C)
}

// Bytes is Paint to a new picture.
func (p painted) Bytes(in *raster.Image) *raster.Image { return newBytes(p, in) }

func (p painted) bytesInto(dst, in *raster.Image) {
	reshape(dst, in.H, in.W, in.C)
	p.Paint(dst, in)
}

func (s sequence) Bytes(in *raster.Image) *raster.Image { return newBytes(s, in) }

// bytesInto applies the ops in turn, painters in place.
func (s sequence) bytesInto(dst, in *raster.Image) {
	other, at := canvases.Get().(*raster.Image), in
	defer canvases.Put(other)
	for _, op := range s.ops {
		p, ok := op.(painted)
		if ok && at != in {
			p.Paint(at, at)
			continue
		}
		to := dst
		if at == dst {
			to = other
		}
		BytesInto(to, op, at)
		at = to
	}
	if at == other {
		*dst, *other = *other, *dst
	}
}
