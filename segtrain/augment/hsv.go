package augment

import (
	"tessera/kernels"
	"tessera/segtrain/raster"
)

// An hsvShift looks up hue, saturation and value (see kernels.ByteHSV); of a grey picture, the value.
type hsvShift struct{ hue, sat, val table }

func (b hsvShift) stroke(dst, src *raster.Image) {
	if src.C == 1 {
		b.val.stroke(dst, src)
		return
	}
	tables := [3][256]uint8{b.hue[0], b.sat[0], b.val[0]}
	for i := 0; i < len(src.Pix8); i += strip3 {
		j := min(i+strip3, len(src.Pix8))
		kernels.ByteHSV(&tables, src.Pix8[i:j], dst.Pix8[i:j])
	}
}

// strip3 is how many samples of three channels are handed to a kernel at a time.
const strip3 = 3 << 12

// turnHue is the table of hues that are turned by a number of steps of 2 degrees.
func turnHue(steps float64) table {
	return tableOf(func(v float64) float64 {
		v += float64(steps)
		for v < 0 {
			v += 180
		}
		for v >= 180 {
			v -= 180
		}
		return v
	})
}

var identity = tableOf(func(v float64) float64 { return v })

// greyOf is ITU-R 601 luma with 15 bits behind the point.
func greyOf(r, g, b uint8) uint8 {
	return uint8((9798*uint32(r) + 19235*uint32(g) + 3735*uint32(b) + 1<<14) >> 15)
}

// greyMean is the mean of the luma of a picture of one or three channels.
func greyMean(im *raster.Image) float64 {
	if im.C == 1 {
		return mean(im.Pix8)
	}
	var sum float64 // of whole numbers
	luma := make([]uint8, strip3/3)
	for i := 0; i < len(im.Pix8); i += strip3 {
		j := min(i+strip3, len(im.Pix8))
		kernels.ByteLuma3(im.Pix8[i:j], luma)
		sum += float64(kernels.ByteSum(luma[:(j-i)/3]))
	}
	return sum / float64(len(im.Pix8)/3)
}
