package augment

import "tessera/segtrain/raster"

// Hue, saturation and value in 8 bits, as OpenCV has them: value is the largest of the three channels, saturation 255
// times the share that the difference to the smallest is of it, and hue the angle, in steps of 2 degrees from 0 to 179.

var saturationOf, hueOf = hsvDivisors()

// hsvDivisors returns 255/v and 30/v with 12 bits behind the point.
func hsvDivisors() (s, h [256]int32) {
	for v := int32(1); v < 256; v++ {
		s[v], h[v] = (255<<12+v/2)/v, (30<<12+v/2)/v
	}
	return s, h
}

func toHSV(r, g, b uint8) (h, s, v uint8) {
	v = max(r, g, b)
	d := int32(v - min(r, g, b))
	ir, ig, ib := int32(r), int32(g), int32(b)
	angle, ofGreen, ofRed := ir-ig+4*d, ib-ir+2*d, ig-ib
	if v == g { // what follows needs no branches, which pictures make hard to foresee
		angle = ofGreen
	}
	if v == r {
		angle = ofRed
	}
	angle = (angle*hueOf[d] + 1<<11) >> 12
	angle += angle >> 31 & 180
	return uint8(angle), uint8((d*saturationOf[v] + 1<<11) >> 12), v
}

// sectors says which of (v, p, q, t) red, green and blue are in each sixth of the circle; see fromHSV.
var sectors = [6][3]uint8{{0, 3, 1}, {2, 0, 1}, {1, 0, 3}, {1, 2, 0}, {3, 1, 0}, {0, 1, 2}}

// fromHSV is the way back: p is the smallest channel, q falls and t rises within a sixth of the circle.
func fromHSV(h, s, v uint8) (r, g, b uint8) {
	sector := h / 30
	f, value, sat := uint32(h-30*sector), uint32(v), uint32(s)
	x := [4]uint8{
		v,
		uint8((value*(7650-30*sat) + 3825) / 7650),
		uint8((value*(7650-sat*f) + 3825) / 7650),
		uint8((value*(7650-sat*(30-f)) + 3825) / 7650),
	}
	at := &sectors[sector]
	return x[at[0]&3], x[at[1]&3], x[at[2]&3]
}

// An hsvShift looks up hue, saturation and value; of a grey picture, the value.
type hsvShift struct{ hue, sat, val table }

func (b hsvShift) stroke(dst, src *raster.Image) {
	if src.C == 1 {
		b.val.stroke(dst, src)
		return
	}
	hue, sat, val := &b.hue[0], &b.sat[0], &b.val[0]
	d, s := dst.Pix8, src.Pix8
	for len(s) >= 3 && len(d) >= 3 {
		h, c, v := toHSV(s[0], s[1], s[2])
		d[0], d[1], d[2] = fromHSV(hue[h], sat[c], val[v])
		s, d = s[3:], d[3:]
	}
}

// turnHue is the table of hues that are turned by a number of steps of 2 degrees.
func turnHue(steps float64) table {
	return tableOf(func(v float64) float64 {
		v += steps
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
	var sum int
	for s := im.Pix8; len(s) >= 3; s = s[3:] {
		sum += int(greyOf(s[0], s[1], s[2]))
	}
	return float64(sum) / float64(len(im.Pix8)/3)
}
