package augment

import (
	"math"

	"tessera/kernels"
	"tessera/segtrain/raster"
)

// A table is a brush that looks up each sample: in the table of its channel, or in the only one there is.
type table [][256]uint8

// tableOf returns the table of a function on 0..255, which is cut off to a whole number as Albumentations does, and
// clamped.
func tableOf(f func(v float64) float64) table {
	var t [256]uint8
	for i := range t {
		t[i] = uint8(min(max(f(float64(i)), 0), 255))
	}
	return table{t}
}

// then returns the table of t followed by next.
func (t table) then(next table) table {
	both := make(table, max(len(t), len(next)))
	for k := range both {
		a, b := &t[k%len(t)], &next[k%len(next)]
		kernels.ByteTable(b, a[:], both[k][:])
	}
	return both
}

func (t table) stroke(dst, src *raster.Image) {
	if len(t) == 1 || src.C == 1 {
		for i := 0; i < len(src.Pix8); i += strip {
			j := min(i+strip, len(src.Pix8))
			kernels.ByteTable(&t[0], src.Pix8[i:j], dst.Pix8[i:j])
		}
		return
	}
	if src.C == 3 {
		t.stroke3(dst.Pix8, src.Pix8)
		return
	}
	for k := range src.C {
		one := &t[min(k, len(t)-1)]
		for i := k; i < len(src.Pix8); i += src.C {
			dst.Pix8[i] = one[src.Pix8[i]]
		}
	}
}

func (t table) stroke3(dst, src []uint8) {
	r, g, b := &t[0], &t[1], &t[2]
	dst = dst[:len(src)]
	for len(src) >= 12 && len(dst) >= 12 {
		dst[0], dst[1], dst[2] = r[src[0]], g[src[1]], b[src[2]]
		dst[3], dst[4], dst[5] = r[src[3]], g[src[4]], b[src[5]]
		dst[6], dst[7], dst[8] = r[src[6]], g[src[7]], b[src[8]]
		dst[9], dst[10], dst[11] = r[src[9]], g[src[10]], b[src[11]]
		src, dst = src[12:], dst[12:]
	}
	for len(src) >= 3 && len(dst) >= 3 {
		dst[0], dst[1], dst[2] = r[src[0]], g[src[1]], b[src[2]]
		src, dst = src[3:], dst[3:]
	}
}

// roundEven is v rounded to the nearest whole number, halves to even ones, as NumPy and OpenCV round.
func roundEven(v float64) float64 { return math.RoundToEven(v) }
