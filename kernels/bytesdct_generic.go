package kernels

func bytesDCTGeneric(down, up *[64]float32, stride int, x []uint8) {
	bytesDCTFrom(0, down, up, stride, x)
}

// bytesDCTFrom does the blocks from a column on.
func bytesDCTFrom(first int, down, up *[64]float32, stride int, x []uint8) {
	var b dctBlock
	for at := first; at < stride; at += 8 {
		for i := range 8 {
			for k, v := range x[i*stride+at:][:8] {
				b[i*8+k] = float32(int32(v) - 128)
			}
		}
		b.forward()
		for i, v := range b {
			b[i] = float32(int32(float32(v*down[i])+16384.5)-16384) * up[i]
		}
		b.inverse()
		for i := range 8 {
			row := x[i*stride+at:][:8]
			for k := range row {
				row[k] = uint8(min(max(int32(b[i*8+k]+16512.5)-16384, 0), 255))
			}
		}
	}
}

type dctBlock [64]float32

func (b *dctBlock) forward() {
	for i := 0; i < 64; i += 8 {
		dctForward(&b[i], &b[i+1], &b[i+2], &b[i+3], &b[i+4], &b[i+5], &b[i+6], &b[i+7])
	}
	for i := range 8 {
		dctForward(&b[i], &b[i+8], &b[i+16], &b[i+24], &b[i+32], &b[i+40], &b[i+48], &b[i+56])
	}
}

func (b *dctBlock) inverse() {
	for i := range 8 {
		dctInverse(&b[i], &b[i+8], &b[i+16], &b[i+24], &b[i+32], &b[i+40], &b[i+48], &b[i+56])
	}
	for i := 0; i < 64; i += 8 {
		dctInverse(&b[i], &b[i+1], &b[i+2], &b[i+3], &b[i+4], &b[i+5], &b[i+6], &b[i+7])
	}
}

func dctForward(x0, x1, x2, x3, x4, x5, x6, x7 *float32) {
	s0, d0, s1, d1 := *x0+*x7, *x0-*x7, *x1+*x6, *x1-*x6
	s2, d2, s3, d3 := *x2+*x5, *x2-*x5, *x3+*x4, *x3-*x4
	a, b, c, d := s0+s3, s0-s3, s1+s2, s1-s2
	*x0, *x4 = a+c, a-c
	e := float32((d + b) * 0.70710678)
	*x2, *x6 = b+e, b-e
	a, c, d = d3+d2, d2+d1, d1+d0
	e = float32((a - d) * 0.38268343)
	p, q := float32(a*0.54119610)+e, float32(d*1.30656296)+e
	r := float32(c * 0.70710678)
	u, v := d0+r, d0-r
	*x5, *x3, *x1, *x7 = v+p, v-p, u+q, u-q
}

func dctInverse(x0, x1, x2, x3, x4, x5, x6, x7 *float32) {
	a, b, c := *x0+*x4, *x0-*x4, *x2+*x6
	d := float32((*x2-*x6)*1.41421356) - c
	e0, e3, e1, e2 := a+c, a-c, b+d, b-d
	p, q, r, s := *x5+*x3, *x5-*x3, *x1+*x7, *x1-*x7
	o0 := r + p
	t := float32((r - p) * 1.41421356)
	u := float32((q + s) * 1.84775907)
	v, w := u-float32(s*1.08239220), u-float32(q*2.61312593)
	o1 := w - o0
	o2 := t - o1
	o3 := v - o2
	*x0, *x7, *x1, *x6 = e0+o0, e0-o0, e1+o1, e1-o1
	*x2, *x5, *x3, *x4 = e2+o2, e2-o2, e3+o3, e3-o3
}
