package kernels

// wgInputGeneric computes Bᵀ x B of tiles of 4×4 pixels.
func wgInputGeneric(n, c, ld, row int, x []float32, step, vld int, v []float32) {
	for i := range n {
		x, v := x[2*i*ld:], v[i*step:]
		for j := range c {
			var t [16]float32
			for k := range 4 {
				d0, d1, d2, d3 := x[k*ld+j], x[row+k*ld+j], x[2*row+k*ld+j], x[3*row+k*ld+j]
				t[k], t[4+k], t[8+k], t[12+k] = d0-d2, d1+d2, d2-d1, d1-d3
			}
			for k := range 4 {
				t0, t1, t2, t3 := t[4*k], t[4*k+1], t[4*k+2], t[4*k+3]
				at := 4*k*vld + j
				v[at], v[at+vld], v[at+2*vld], v[at+3*vld] = t0-t2, t1+t2, t2-t1, t1-t3
			}
		}
	}
}

// wgOutputGeneric computes Aᵀ m A.
func wgOutputGeneric(n, c, step, mld int, m []float32, ld, row int, accumulate bool, y []float32) {
	for i := range n {
		m, y := m[i*step:], y[2*i*ld:]
		for j := range c {
			var s [8]float32
			for k := range 4 {
				at := k*mld + j
				m0, m1, m2, m3 := m[at], m[at+4*mld], m[at+8*mld], m[at+12*mld]
				s[k], s[4+k] = m0+m1+m2, m1-m2-m3
			}
			for k := range 2 {
				s0, s1, s2, s3 := s[4*k], s[4*k+1], s[4*k+2], s[4*k+3]
				a, b := s0+s1+s2, s1-s2-s3
				at := k*row + j
				if accumulate {
					a += y[at]
					b += y[at+ld]
				}
				y[at], y[at+ld] = a, b
			}
		}
	}
}

// wgGradGeneric computes A dy Aᵀ, but for the signs of values 3, 7, 11, 12, 13 and 14, which are the opposite.
func wgGradGeneric(n, c, ld, row int, dy []float32, step, dld int, d []float32) {
	for i := range n {
		dy, d := dy[2*i*ld:], d[i*step:]
		for j := range c {
			a, b := [4]float32{}, [4]float32{} // left and right
			for k, v := range [2]*[4]float32{&a, &b} {
				top, bottom := dy[k*ld+j], dy[row+k*ld+j]
				*v = [4]float32{top, top + bottom, top - bottom, bottom}
			}
			for k := range 4 {
				at := 4*k*dld + j
				d[at], d[at+dld], d[at+2*dld], d[at+3*dld] = a[k], a[k]+b[k], a[k]-b[k], b[k]
			}
		}
	}
}
