package kernels

func bytesHSVGeneric(tables *[3][256]uint8, x, y []uint8) {
	hue, sat, val := &tables[0], &tables[1], &tables[2]
	for len(x) >= 3 && len(y) >= 3 {
		h, s, v := toHSV(x[0], x[1], x[2])
		y[0], y[1], y[2] = fromHSV(hue[h], sat[s], val[v])
		x, y = x[3:], y[3:]
	}
}

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

// hsvSectors says which of (v, p, q, t) red, green and blue are in each sixth of the circle; see fromHSV.
var hsvSectors = [6][3]uint8{{0, 3, 1}, {2, 0, 1}, {1, 0, 3}, {1, 2, 0}, {3, 1, 0}, {0, 1, 2}}

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
	at := &hsvSectors[sector]
	return x[at[0]&3], x[at[1]&3], x[at[2]&3]
}
