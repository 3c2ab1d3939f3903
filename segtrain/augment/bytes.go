package augment

import (
	"encoding/binary"
	"math"

	"tessera/segtrain/raster"
)

// ByteOp is an Op that works on pictures of 8 bits as well.
type ByteOp interface {
	Op
	// Bytes is Image for a picture of 8 bits. Pixels that are moved whole are exact; others are rounded, and within 1.5 of 255 of
	// what Image gives.
	Bytes(*raster.Image) *raster.Image
}

// Bytes applies an op to a picture of 8 bits, by way of float32 where the op has none shorter.
func Bytes(op Op, in *raster.Image) *raster.Image {
	switch o := op.(type) {
	case ByteOp:
		return o.Bytes(in)
	case sequence:
		for _, op := range o.ops {
			in = Bytes(op, in)
		}
		return in
	}
	return op.Image(in.Float()).Image()
}

// Lead applies to a picture those of op's first steps that move whole pixels and show no border, so that what is cut off need
// not become float32, and returns what is left to do. The end is the same, bit for bit.
func Lead(op Op, in *raster.Image) (Op, *raster.Image) {
	first, rest := op, Op(nil)
	if s, ok := op.(sequence); ok {
		first, rest = s.ops[0], sequence{s.ops[1:], s.h, s.w}
	}
	m, ok := first.(move)
	if !ok || !m.whole() || in.Pix8 == nil {
		return op, in
	}
	if rest == nil {
		rest = Identity(m.outH, m.outW)
	}
	return rest, m.Bytes(in)
}

// bytes returns the fill in 8 bits, and an h×w×c picture of nothing but border.
func (b border) bytes(h, w, c int) *raster.Image {
	out := raster.NewImage(h, w, c)
	pixel := (&raster.Float{H: 1, W: 1, C: c, Pix: b.fill.pixel(c)}).Image().Pix8
	for _, v := range pixel {
		if v != 0 {
			for i := 0; i < len(out.Pix8); i += c {
				copy(out.Pix8[i:], pixel)
			}
			break
		}
	}
	return out
}

func (m move) Bytes(in *raster.Image) *raster.Image {
	m.check(in.H, in.W)
	if m.isIdentity() {
		return in
	}
	var out *raster.Image
	if m.whole() {
		out = raster.NewImage(m.outH, m.outW, in.C)
	} else {
		out = m.border.bytes(m.outH, m.outW, in.C)
	}
	gather(m, out.Pix8, in.Pix8, in.C)
	return out
}

func (s shuffle) Bytes(in *raster.Image) *raster.Image {
	s.check(in.H, in.W)
	out := raster.NewImage(in.H, in.W, in.C)
	copyTiles(s, out.Pix8, in.Pix8, in.C)
	return out
}

// Positions are whole numbers of places, so many a pixel.
const (
	placeBits = 8
	places    = 1 << placeBits
)

func (w warp) Bytes(in *raster.Image) *raster.Image {
	w.check(in.H, in.W)
	return lookBytes(w, w.frame, w.border, in)
}

func (f field) Bytes(in *raster.Image) *raster.Image {
	f.check(in.H, in.W)
	return lookBytes(f, f.frame, f.border, in)
}

// fixed writes where a row's pixels come from: positions of centres of pixels in places.
func (w warp) fixed(y int, px, py []int32, _, _ []float64) {
	const shift = 32 // bits behind the point while adding up
	fy := float64(y) + 0.5
	at := func(mx, my, m0 float64) (int64, int64) {
		first := float64(mx*0.5) + float64(my*fy) + m0 - 0.5
		limit := float64(far)
		first, mx = min(max(first, -limit), limit), min(max(mx, -limit), limit)
		return int64(math.Floor(first*(1<<shift))) + 1<<(shift-placeBits-1), int64(math.Floor(float64(mx*(1<<shift)) + 0.5))
	}
	x, dx := at(w.matrix.XX, w.matrix.XY, w.matrix.X0)
	v, dv := at(w.matrix.YX, w.matrix.YY, w.matrix.Y0)
	py = py[:len(px)]
	for i := range px {
		px[i], py[i] = int32(x>>(shift-placeBits)), int32(v>>(shift-placeBits))
		x += dx
		v += dv
	}
}

func (f field) fixed(y int, px, py []int32, xs, ys []float64) {
	f.at(y, xs, ys)
	ys, px, py = ys[:len(xs)], px[:len(xs)], py[:len(xs)]
	for i, x := range xs {
		px[i], py[i] = inPlaces(x), inPlaces(ys[i])
	}
}

// inPlaces returns a continuous position in places from the centre of the first pixel, rounded. What is not a number is far away.
func inPlaces(x float64) int32 {
	const limit, up = 1 << 22, 1 << 31 // up makes all positive, so that cutting off rounds down
	if !(x > -limit) {
		return -limit * places
	}
	if x >= limit {
		return limit * places
	}
	return int32(int64(float64(x*places)+(up-places/2+0.5)) - up)
}

// lookBytes is lookImage for pictures of 8 bits.
func lookBytes(m interface {
	fixed(y int, px, py []int32, xs, ys []float64)
}, f frame, b border, in *raster.Image) *raster.Image {
	out := b.bytes(f.outH, f.outW, in.C)
	px, py := make([]int32, f.outW), make([]int32, f.outW)
	xs, ys := make([]float64, f.outW), make([]float64, f.outW)
	n := f.outW * in.C
	for y := range f.outH {
		m.fixed(y, px, py, xs, ys)
		row := out.Pix8[y*n:][:n]
		if in.C == 3 {
			row3(row, px, py, in, b.mode)
			continue
		}
		for i := range px {
			blend8(row[i*in.C:][:in.C], px[i], py[i], in, b.mode)
		}
	}
	return out
}

// row3 interpolates a row of three channels. Where nothing is near the edge, three sums of weighted bytes are done at once, in
// lanes of 16 bits.
func row3(row []uint8, px, py []int32, in *raster.Image, mode borderMode) {
	const lanes, halves = 0x000000ff00ff00ff, 0x0000008000800080
	stride, pix := in.W*3, in.Pix8
	lastX, lastY := uint(max(in.W-2, 0)), uint(max(in.H-1, 0))
	py = py[:len(px)]
	for i, x := range px {
		y := py[i]
		x0, y0 := int(x>>placeBits), int(y>>placeBits)
		if uint(x0) >= lastX || uint(y0) >= lastY {
			blend8(row[3*i:][:3:3], x, y, in, mode)
			continue
		}
		fx, fy := uint64(x&(places-1)), uint64(y&(places-1))
		both := (fx*fy + places/2) >> placeBits
		at := y0*stride + x0*3
		p := binary.LittleEndian.Uint64(pix[at : at+8 : at+8])
		at += stride - 2 // two bytes earlier, so that the last row is not left
		q := binary.LittleEndian.Uint64(pix[at:at+8:at+8]) >> 16
		sum := spread(p)*(places-fx-fy+both) + spread(p>>24)*(fx-both) +
			spread(q)*(fy-both) + spread(q>>24)*both
		sum = (sum + halves) >> placeBits & lanes
		d := row[3*i:][:3:3]
		d[0], d[1], d[2] = uint8(sum), uint8(sum>>32), uint8(sum>>16)
	}
}

// spread puts the first, the third and the second of the lowest bytes into lanes of 16 bits.
func spread(v uint64) uint64 { return v&0xff00ff | v&0xff00<<24 }

// blend8 interpolates one pixel anywhere; what comes from outside the picture is left as it is if the border is constant.
func blend8(dst []uint8, x, y int32, in *raster.Image, mode borderMode) {
	const half = places / 2
	if mode == borderConstant && (x < -half || y < -half || int(x) >= in.W*places-half || int(y) >= in.H*places-half) {
		return
	}
	x0, y0 := int(x>>placeBits), int(y>>placeBits)
	fx, fy := uint32(x&(places-1)), uint32(y&(places-1))
	left, right := mode.index(x0, in.W)*in.C, mode.index(x0+1, in.W)*in.C
	top, bottom := in.Pix8[mode.index(y0, in.H)*in.W*in.C:], in.Pix8[mode.index(y0+1, in.H)*in.W*in.C:]
	both := (fx*fy + half) >> placeBits
	for c := range dst {
		sum := uint32(top[left+c])*(places-fx-fy+both) + uint32(top[right+c])*(fx-both) +
			uint32(bottom[left+c])*(fy-both) + uint32(bottom[right+c])*both
		dst[c] = uint8((sum + half) >> placeBits)
	}
}
