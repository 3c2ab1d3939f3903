package kernels

func bytes3OrderGeneric(order [3]uint8, fill uint8, x, y []uint8) {
	a, b, c := order[0]&3, order[1]&3, order[2]&3
	for len(x) >= 3 && len(y) >= 3 {
		p := [4]uint8{x[0], x[1], x[2], fill}
		y[0], y[1], y[2] = p[a], p[b], p[c]
		x, y = x[3:], y[3:]
	}
}

func bytes3MirrorGeneric(x, y []uint8) {
	for len(x) >= 3 && len(y) >= 3 {
		p := x[len(x)-3:]
		y[0], y[1], y[2] = p[0], p[1], p[2]
		x, y = x[:len(x)-3], y[3:]
	}
}

func bytes3FloatsGeneric(scale, add *[3]float32, x []uint8, y []float32) {
	s0, s1, s2 := scale[0], scale[1], scale[2]
	a0, a1, a2 := add[0], add[1], add[2]
	for len(x) >= 3 && len(y) >= 3 {
		y[0] = float32(float32(x[0])/255*s0) + a0
		y[1] = float32(float32(x[1])/255*s1) + a1
		y[2] = float32(float32(x[2])/255*s2) + a2
		x, y = x[3:], y[3:]
	}
}

func bytes3LumaGeneric(x, y []uint8) {
	for i := range y {
		if len(x) < 3 { // tells the compiler
			return
		}
		y[i] = uint8((9798*uint32(x[0]) + 19235*uint32(x[1]) + 3735*uint32(x[2]) + 1<<14) >> 15)
		x = x[3:]
	}
}

func bytes3RepeatGeneric(x, y []uint8) {
	for _, v := range x {
		if len(y) < 3 {
			return
		}
		y[0], y[1], y[2] = v, v, v
		y = y[3:]
	}
}
