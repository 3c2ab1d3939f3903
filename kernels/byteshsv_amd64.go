//go:build !purego

package kernels

import "golang.org/x/sys/cpu"

func init() {
	if !cpu.X86.HasAVX512VBMI {
		return
	}
	bytesHSV.register(AVX512, bytesHSVBy64)
	for v := range 256 {
		hsvReals.hue[v], hsvReals.saturation[v] = float32(hueOf[v]), float32(saturationOf[v])
	}
}

// hsvReals are what the assembly needs. Its sums and products are whole numbers or halves below 2²³, which float32 holds; a quotient by
// 7650 is of a half more than a whole number, and so farther from a whole number than it can be rounded.
var hsvReals = struct {
	hue, saturation [256]float32
	numbers         [6]float32
}{numbers: [6]float32{2048, 1. / 30, 1. / 60, 30, 3825.5, 1. / 7650}}

func bytesHSVBy64(tables *[3][256]uint8, x, y []uint8) {
	n := len(x) / 192 * 64
	if n > 0 {
		bytesHSVAVX512(n, tables, &bytes3Planes, &hsvReals.hue, &x[0], &y[0])
	}
	bytesHSVGeneric(tables, x[3*n:], y[3*n:])
}

//go:noescape
func bytesHSVAVX512(n int, tables *[3][256]uint8, planes *planes3, reals *[256]float32, x, y *uint8)
