package kernels

// Hue, saturation and value in 8 bits, as OpenCV has them: value is the largest of the three channels, saturation 255
// times the share that the difference to the smallest is of it, and hue the angle, in steps of 2 degrees from 0 to 179.

var bytesHSV = newFamily("bytesHSV", bytesHSVGeneric)

// ByteHSV takes pixels of red, green and blue to hue, saturation and value, looks each of these up in its table, and takes
// them back. The first 180 hues must be taken to such. y may be x.
func ByteHSV(tables *[3][256]uint8, x, y []uint8) {
	checkPixels3("ByteHSV", x)
	for _, hue := range tables[0][:180] {
		if hue >= 180 {
			panic("kernels: ByteHSV: a table of hues that leaves 0 to 179")
		}
	}
	bytesHSV.fn(tables, x, y[:len(x)])
}
