package kernels

// upInputGeneric computes the differences of pixels to their neighbours, rows above and below and columns left and right:
// along an axis x[-1] - x[0], x[0], x[1] - x[0]. Tiles are 3×3 pixels, one apart.
func upInputGeneric(n, c, ld, row int, x []float32, step, vld int, v []float32) {
	for i := range n {
		x, v := x[i*ld:], v[i*step:]
		for j := range c {
			var t [9]float32
			for k := range 3 {
				a, b, d := x[k*ld+j], x[row+k*ld+j], x[2*row+k*ld+j]
				t[k], t[3+k], t[6+k] = a-b, b, d-b
			}
			for k := range 3 {
				a, b, d := t[3*k], t[3*k+1], t[3*k+2]
				at := 3*k*vld + j
				v[at], v[at+vld], v[at+2*vld] = a-b, b, d-b
			}
		}
	}
}

// upOutputGeneric adds what neighbours contribute: along an axis m[1] + m[0] and m[1] + m[2].
func upOutputGeneric(n, c, step, mld int, m []float32, ld, row int, accumulate bool, y []float32) {
	for i := range n {
		m, y := m[i*step:], y[2*i*ld:]
		for j := range c {
			var t [6]float32
			for k := range 3 {
				a, b, d := m[k*mld+j], m[(3+k)*mld+j], m[(6+k)*mld+j]
				t[k], t[3+k] = b+a, b+d
			}
			for k := range 2 {
				a, b := t[3*k+1]+t[3*k], t[3*k+1]+t[3*k+2]
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

// upGradGeneric is the adjoint of upOutputGeneric: along an axis dy[0], dy[0] + dy[1], dy[1].
func upGradGeneric(n, c, ld, row int, dy []float32, step, vld int, v []float32) {
	for i := range n {
		dy, v := dy[2*i*ld:], v[i*step:]
		for j := range c {
			a, b, d, e := dy[j], dy[ld+j], dy[row+j], dy[row+ld+j]
			for k, t := range [3][2]float32{{a, b}, {a + d, b + e}, {d, e}} {
				at := 3*k*vld + j
				v[at], v[at+vld], v[at+2*vld] = t[0], t[0]+t[1], t[1]
			}
		}
	}
}

// upBackGeneric is the adjoint of both upInputGeneric and upOutputGeneric, for pixels that lie two apart in dy: along an axis
// dy[2] - dy[0], dy[0] + dy[1], dy[-1] - dy[1]. Tiles are 4×4 pixels and begin at dy[-1].
func upBackGeneric(n, c, ld, row int, dy []float32, step, vld int, v []float32) {
	for i := range n {
		dy, v := dy[2*i*ld:], v[i*step:]
		for j := range c {
			var t [12]float32
			for k := range 4 {
				a, b, d, e := dy[k*ld+j], dy[row+k*ld+j], dy[2*row+k*ld+j], dy[3*row+k*ld+j]
				t[k], t[4+k], t[8+k] = e-b, b+d, a-d
			}
			for k := range 3 {
				a, b, d, e := t[4*k], t[4*k+1], t[4*k+2], t[4*k+3]
				at := 3*k*vld + j
				v[at], v[at+vld], v[at+2*vld] = e-b, b+d, a-d
			}
		}
	}
}
