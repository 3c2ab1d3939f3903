package kernels

// Kernels on pictures of three interleaved channels of 8 bits.

var (
	bytes3Order  = newFamily("bytes3Order", bytes3OrderGeneric)
	bytes3Mirror = newFamily("bytes3Mirror", bytes3MirrorGeneric)
	bytes3Floats = newFamily("bytes3Floats", bytes3FloatsGeneric)
	bytes3Luma   = newFamily("bytes3Luma", bytes3LumaGeneric)
	bytes3Repeat = newFamily("bytes3Repeat", bytes3RepeatGeneric)
)

// ByteOrder3 computes y[3i+k] = x[3i+order[k]], or fill where order[k] is 3. The lengths must divide by three. y may be x.
func ByteOrder3(order [3]uint8, fill uint8, x, y []uint8) {
	if max(order[0], order[1], order[2]) > 3 {
		panic("kernels: ByteOrder3: an order of channels beyond 3")
	}
	checkPixels3("ByteOrder3", x)
	bytes3Order.fn(order, fill, x, y[:len(x)])
}

// ByteMirror3 computes y[3i+k] = x[len(x)−3(i+1)+k]: the pixels of x, the last one first. y must not overlap x.
func ByteMirror3(x, y []uint8) {
	checkPixels3("ByteMirror3", x)
	bytes3Mirror.fn(x, y[:len(x)])
}

// BytesToFloats3 computes y[3i+k] = x[3i+k]/255·scale[k] + add[k], rounded after each operation.
func BytesToFloats3(scale, add [3]float32, x []uint8, y []float32) {
	checkPixels3("BytesToFloats3", x)
	bytes3Floats.fn(&scale, &add, x, y[:len(x)])
}

// ByteLuma3 computes y[i] = (9798·x[3i] + 19235·x[3i+1] + 3735·x[3i+2] + 2¹⁴) >> 15, ITU-R 601 luma in 15 bits.
func ByteLuma3(x, y []uint8) {
	checkPixels3("ByteLuma3", x)
	bytes3Luma.fn(x, y[:len(x)/3])
}

// ByteRepeat3 computes y[3i+k] = x[i]. y must not overlap x.
func ByteRepeat3(x, y []uint8) { bytes3Repeat.fn(x, y[:3*len(x)]) }

func checkPixels3(name string, x []uint8) {
	if len(x)%3 != 0 {
		panic("kernels: " + name + ": samples that are no whole pixels of three")
	}
}
