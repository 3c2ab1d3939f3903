package kernels

import "math"

func elemFillGeneric(a float32, y []float32) {
	for i := range y {
		y[i] = a
	}
}

func elemAddGeneric(x, y, z []float32) {
	for i, v := range x {
		z[i] = v + y[i]
	}
}

func elemMulGeneric(x, y, z []float32) {
	for i, v := range x {
		z[i] = v * y[i]
	}
}

func elemMulAddGeneric(x, y, z []float32) {
	for i, v := range x {
		z[i] += float32(v * y[i])
	}
}

func elemScaleGeneric(a float32, x, y []float32) {
	for i, v := range x {
		y[i] = a * v
	}
}

func elemAxpyGeneric(a float32, x, y []float32) {
	for i, v := range x {
		y[i] += float32(a * v)
	}
}

func elemSquaresGeneric(x []float32) (lane [elemLanes]float64) {
	elemSquaresInto(x, &lane)
	return lane
}

// elemSquaresInto adds the squares of x to the lanes, beginning with the first.
func elemSquaresInto(x []float32, lane *[elemLanes]float64) {
	for i, v := range x {
		lane[i%elemLanes] += float64(float64(v) * float64(v))
	}
}

// elemExponent is the exponent of a float32; all ones stand for infinities and NaN.
const elemExponent = 0x7f800000

func elemFiniteGeneric(x []float32) bool {
	for _, v := range x {
		if math.Float32bits(v)&elemExponent == elemExponent {
			return false
		}
	}
	return true
}
