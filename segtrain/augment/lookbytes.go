package augment

import (
	"math"

	"tessera/kernels"
	"tessera/segtrain/raster"
)

// Positions are whole numbers of places, so many a pixel.
const (
	placeBits = 8
	places    = 1 << placeBits
)

func (w warp) Bytes(in *raster.Image) *raster.Image { return newBytes(w, in) }

func (w warp) bytesInto(dst, in *raster.Image) { lookBytes(w, w.frame, w.border, dst, in) }

func (f field) Bytes(in *raster.Image) *raster.Image { return newBytes(f, in) }

func (f field) bytesInto(dst, in *raster.Image) { lookBytes(f, f.frame, f.border, dst, in) }

// fixed writes where a row's pixels come from: positions of centres of pixels in places.
func (w warp) fixed(y int, px, py []int32, _, _ []float64) {
	const shift = 24 + placeBits // bits behind the point while adding up
	fy := float64(y) + 0.5
	at := func(mx, my, m0 float64) (int64, int64) {
		first := float64(mx*0.5) + float64(my*fy) + m0 - 0.5
		limit := float64(far)
		first, mx = min(max(first, -limit), limit), min(max(mx, -limit), limit)
		return int64(math.Floor(first*(1<<shift))) + 1<<(shift-placeBits-1), int64(math.Floor(float64(mx*(1<<shift)) + 0.5))
	}
	x, dx := at(w.matrix.XX, w.matrix.XY, w.matrix.X0)
	v, dv := at(w.matrix.YX, w.matrix.YY, w.matrix.Y0)
	kernels.ByteLine(x, dx, px)
	kernels.ByteLine(v, dv, py)
}

func (f field) fixed(y int, px, py []int32, xs, ys []float64) {
	f.at(y, xs, ys)
	kernels.PlacesOf(xs, px)
	kernels.PlacesOf(ys, py)
}

// lookBytes is lookImage for pictures of 8 bits.
func lookBytes(m interface {
	fixed(y int, px, py []int32, xs, ys []float64)
}, f frame, b border, dst, in *raster.Image) {
	f.check(in.H, in.W)
	b.bytesInto(dst, f.outH, f.outW, in.C)
	px, py := make([]int32, f.outW), make([]int32, f.outW)
	xs, ys := make([]float64, f.outW), make([]float64, f.outW)
	n := f.outW * in.C
	for y := range f.outH {
		m.fixed(y, px, py, xs, ys)
		row := dst.Pix8[y*n:][:n]
		if in.C == 3 {
			lookRow3(row, px, py, in, b.mode)
			continue
		}
		for i := range px {
			blend8(row[i*in.C:][:in.C], px[i], py[i], in, b.mode)
		}
	}
}

// lookRow3 interpolates a row of three channels: a kernel does what is not near the edge.
func lookRow3(row []uint8, px, py []int32, in *raster.Image, mode borderMode) {
	if kernels.ByteLook3(in.W, in.Pix8, px, py, row) == len(px) {
		return
	}
	lastX, lastY := uint32(max(in.W-2, 0)), uint32(max(in.H-1, 0))
	endX, endY := uint32(in.W*places), uint32(in.H*places)
	py = py[:len(px)]
	for i, x := range px {
		y := py[i]
		if uint32(x>>placeBits) < lastX && uint32(y>>placeBits) < lastY {
			continue
		}
		if mode == borderConstant && (uint32(x+places/2) >= endX || uint32(y+places/2) >= endY) {
			continue
		}
		blend8(row[3*i:][:3:3], x, y, in, mode)
	}
}

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
