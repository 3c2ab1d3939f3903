//go:build !purego

package kernels

func init() {
	bytesAcross3.register(AVX512, bytesAcross3By4)
	bytesDown.register(AVX512, bytesDownBy64)
}

// bytesAcrossPlaces say where a vector of four outputs, each of 16 bytes, takes words from: of the first two and of the last two
// of four pixels, in pairs. 128 is none. bytesAcrossOrder is where the samples are at the end, in doublewords.
var bytesAcrossPlaces, bytesAcrossOrder = func() (places [2][64]uint8, order [32]uint16) {
	for i := range 64 {
		k := i / 2 % 8 // which word of an output: two of red, of green, of blue, of nothing
		for half := range 2 {
			places[half][i] = 128
			if i%2 == 0 && k < 6 {
				places[half][i] = uint8(6*half + k%2*3 + k/2)
			}
		}
	}
	for i := range 12 {
		order[i] = uint16(i/3*8 + i%3*2)
	}
	return places, order
}()

func bytesAcross3By4(taps int, first []int32, w []int16, x []uint8, y []int16) {
	n := len(first) &^ 3
	if n > 0 {
		bytesAcross3AVX512(n, (taps-1)/2, &bytesAcrossPlaces, &bytesAcrossOrder, &first[0], &w[0], &x[0], &y[0])
	}
	bytesAcross3From(n, taps, first, w, x, y)
}

func bytesDownBy64(w []int16, x [][]int16, y []uint8) {
	n := len(y) &^ 63
	if n > 0 {
		bytesDownAVX512(n, len(w), &w[0], &x[0], &y[0])
	}
	bytesDownFrom(n, w, x, y)
}

//go:noescape
func bytesAcross3AVX512(n, more int, places *[2][64]uint8, order *[32]uint16, first *int32, w *int16, x *uint8, y *int16)

//go:noescape
func bytesDownAVX512(n, taps int, w *int16, x *[]int16, y *uint8)
