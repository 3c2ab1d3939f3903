package post

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// swept gives value to every pixel that has one of that value under the element, pixel by pixel.
func swept(plane []uint8, h, w int, widths []int, value uint8) []uint8 {
	out := make([]uint8, h*w)
	for i := range out {
		out[i] = 1 - value
		for r, half := range widths {
			y := i/w + r - len(widths)/2
			if y < 0 || y >= h {
				continue
			}
			if slices.Contains(plane[y*w+max(0, i%w-half):y*w+min(w, i%w+half+1)], value) {
				out[i] = value
			}
		}
	}
	return out
}

// TestMorphologyOfWords compares words of pixels with single pixels, for rows around the length of a word and elements longer than it.
func TestMorphologyOfWords(t *testing.T) {
	for seed, w := range []int{1, 5, 63, 64, 65, 127, 128, 130, 200} {
		rng := rand.New(rand.NewPCG(uint64(seed), 8))
		for _, radius := range []int{1, 2, 3, 5, 31, 64, 70, 255} {
			h := 1 + rng.IntN(20)
			plane := make([]uint8, h*w)
			for _, rare := range []int{2, 40} {
				for i := range plane {
					plane[i] = uint8(min(1, rng.IntN(rare)))
					if rare == 40 && radius%2 == 0 {
						plane[i] ^= 1
					}
				}
				for _, shape := range shapes {
					e := element(shape, radius)
					require.Equal(t, swept(swept(plane, h, w, e, 0), h, w, e, 1), open(plane, h, w, e), "%d×%d %s of %d", h, w, shape, radius)
					require.Equal(t, swept(swept(plane, h, w, e, 1), h, w, e, 0), closed(plane, h, w, e), "%d×%d %s of %d", h, w, shape, radius)
				}
			}
		}
	}
}

func TestBitPlane(t *testing.T) {
	plane := []uint8{1, 0, 0, 0, 1, 1}
	b := packed(plane, 2, 3)
	assert.Equal(t, []uint64{1, 6}, b.rows)
	assert.Equal(t, plane, b.bytes())
	b.invert()
	assert.Equal(t, []uint64{6, 1}, b.rows, "nothing behind the end of a row")
}
