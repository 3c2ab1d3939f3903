package kernels

func bytesAcross3Generic(taps int, first []int32, w []int16, x []uint8, y []int16) {
	bytesAcross3From(0, taps, first, w, x, y)
}

// bytesAcross3From computes the outputs from index i on.
func bytesAcross3From(i, taps int, first []int32, w []int16, x []uint8, y []int16) {
	groups := (taps + 3) / 4
	for ; i < len(first); i++ {
		var r, g, b int32 = 1 << 7, 1 << 7, 1 << 7
		from := x[first[i]:]
		for k := range groups {
			for _, f := range w[(i/4*groups+k)*16+i%4*4:][:4] {
				r += int32(f) * int32(from[0])
				g += int32(f) * int32(from[1])
				b += int32(f) * int32(from[2])
				from = from[3:]
			}
		}
		d := y[3*i:][:3]
		d[0], d[1], d[2] = int16(r>>8), int16(g>>8), int16(b>>8)
	}
}

func bytesDownGeneric(w []int16, x [][]int16, y []uint8) { bytesDownFrom(0, w, x, y) }

// bytesDownFrom computes y from index i on.
func bytesDownFrom(i int, w []int16, x [][]int16, y []uint8) {
	for ; i < len(y); i++ {
		sum := int32(1 << 19)
		for k, f := range w {
			sum += int32(f) * int32(x[k][i])
		}
		y[i] = uint8(sum >> 20)
	}
}
