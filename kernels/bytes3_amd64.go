//go:build !purego

package kernels

import "golang.org/x/sys/cpu"

func init() {
	bytes3Order.register(AVX2, bytes3OrderBy15)
	bytes3Mirror.register(AVX2, bytes3MirrorBy15)
	bytes3Floats.register(AVX2, bytes3FloatsBy24)
	if !cpu.X86.HasAVX512VBMI {
		return
	}
	bytes3Order.register(AVX512, bytes3OrderBy63)
	bytes3Mirror.register(AVX512, bytes3MirrorBy63)
	bytes3Luma.register(AVX512, bytes3LumaBy64)
	bytes3Repeat.register(AVX512, bytes3RepeatBy64)
}

// planes3 says how 64 pixels become planes and pixels again. Byte i of plane c is at first[c][i] of two vectors of
// samples, or, where late[c] has a bit, in the third; and byte i of vector k of samples is at again[k][i] of the first
// two planes, or, where blue[k] has a bit, in the third plane.
type planes3 struct {
	first [3][64]uint8
	again [3][64]uint8
	late  [3]uint64
	blue  [3]uint64
}

var bytes3Planes planes3

func init() {
	t := &bytes3Planes
	for c := range 3 {
		for i := range 64 {
			t.first[c][i] = uint8(3*i + c)
			if 3*i+c >= 128 {
				t.late[c] |= 1 << i
			}
			at := 64*c + i
			t.again[c][i] = uint8(at/3 + at%3%2*64)
			if at%3 == 2 {
				t.blue[c] |= 1 << i
			}
		}
	}
}

// bytes3OrderBy15 takes five pixels with the sixteenth byte, which stays as it is.
func bytes3OrderBy15(order [3]uint8, fill uint8, x, y []uint8) {
	n := 0
	if len(x) >= 16 {
		n = (len(x) - 1) / 15 * 15
		places, fills := bytes3Places[[16]uint8](order, fill)
		places[15], fills[15] = 15, 0
		bytes3OrderAVX2(n, &places, &fills, &x[0], &y[0])
	}
	bytes3OrderGeneric(order, fill, x[n:], y[n:])
}

func bytes3OrderBy63(order [3]uint8, fill uint8, x, y []uint8) {
	n := len(x) / 63 * 63
	if n > 0 {
		places, fills := bytes3Places[[64]uint8](order, fill)
		bytes3OrderAVX512(n, &places, &fills, &x[0], &y[0])
	}
	bytes3OrderGeneric(order, fill, x[n:], y[n:])
}

// bytes3Places says which byte of a vector each byte is taken from, or 128 and its value.
func bytes3Places[T [16]uint8 | [64]uint8](order [3]uint8, fill uint8) (places, fills T) {
	for i := range len(places) {
		if k := order[i%3]; k < 3 {
			places[i] = uint8(i - i%3 + int(k))
		} else {
			places[i], fills[i] = 128, fill
		}
	}
	return places, fills
}

func bytes3MirrorBy15(x, y []uint8) {
	n := 0
	if len(x) >= 16 {
		n = (len(x) - 1) / 15 * 15
		bytes3MirrorAVX2(n, &x[len(x)-16], &y[0])
	}
	bytes3MirrorGeneric(x[:len(x)-n], y[n:])
}

func bytes3MirrorBy63(x, y []uint8) {
	n := len(x) / 63 * 63
	if n > 0 {
		bytes3MirrorAVX512(n, &bytes3Backwards, &x[len(x)-63], &y[0])
	}
	bytes3MirrorGeneric(x[:len(x)-n], y[n:])
}

// bytes3Backwards is where the bytes of 21 pixels are taken from to turn them round.
var bytes3Backwards = func() (places [64]uint8) {
	for i := range 63 {
		places[i] = uint8(60 - i/3*3 + i%3)
	}
	return places
}()

func bytes3FloatsBy24(scale, add *[3]float32, x []uint8, y []float32) {
	n := len(x) / 24 * 24
	if n > 0 {
		var scales, adds [24]float32
		for i := range scales {
			scales[i], adds[i] = scale[i%3], add[i%3]
		}
		bytes3FloatsAVX2(n, &scales, &adds, &x[0], &y[0])
	}
	bytes3FloatsGeneric(scale, add, x[n:], y[n:])
}

func bytes3LumaBy64(x, y []uint8) {
	n := len(y) &^ 63
	if n > 0 {
		bytes3LumaAVX512(n, &bytes3Planes.first, &bytes3Planes.late, &x[0], &y[0])
	}
	bytes3LumaGeneric(x[3*n:], y[n:])
}

func bytes3RepeatBy64(x, y []uint8) {
	n := len(x) &^ 63
	if n > 0 {
		bytes3RepeatAVX512(n, &bytes3Planes.again, &x[0], &y[0])
	}
	bytes3RepeatGeneric(x[n:], y[3*n:])
}

//go:noescape
func bytes3OrderAVX2(n int, places, fills *[16]uint8, x, y *uint8)

//go:noescape
func bytes3OrderAVX512(n int, places, fills *[64]uint8, x, y *uint8)

//go:noescape
func bytes3MirrorAVX2(n int, x, y *uint8)

//go:noescape
func bytes3MirrorAVX512(n int, places *[64]uint8, x, y *uint8)

//go:noescape
func bytes3FloatsAVX2(n int, scales, adds *[24]float32, x *uint8, y *float32)

//go:noescape
func bytes3LumaAVX512(n int, first *[3][64]uint8, late *[3]uint64, x, y *uint8)

//go:noescape
func bytes3RepeatAVX512(n int, again *[3][64]uint8, x, y *uint8)
