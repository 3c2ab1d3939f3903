package augment

import (
	"hash/fnv"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/segtrain/raster"
)

// TestBitsOfLabArePinned takes a third of all colours there and a third of all that could be one back, in gamut or not.
func TestBitsOfLabArePinned(t *testing.T) {
	sum := fnv.New64a()
	for v := 0; v < 1<<24; v += 3 {
		in := []uint8{uint8(v >> 16), uint8(v >> 8), uint8(v)}
		var out [6]uint8
		toLab(in, out[:1], out[1:3])
		fromLab(in[:1], in[1:], out[3:])
		sum.Write(out[:])
	}
	assert.Equal(t, uint64(0x31bb02fd64ac5413), sum.Sum64())
}

// TestBitsOfCLAHEArePinned has sides that tiles divide, that they do not, and that are smaller than tiles are many.
func TestBitsOfCLAHEArePinned(t *testing.T) {
	sum := fnv.New64a()
	for _, s := range [][4]int{{512, 512, 8, 8}, {37, 61, 8, 8}, {100, 64, 3, 5}, {64, 99, 8, 4}, {5, 7, 8, 8}} {
		for _, c := range []int{1, 3} {
			im, out := raster.NewImage(s[0], s[1], c), raster.NewImage(s[0], s[1], c)
			rng := NewRand(uint64(s[0]))
			for i := range im.Pix8 {
				im.Pix8[i] = uint8(rng.Uint32() >> uint(20+i%7))
			}
			clahe{2.5, [2]int{s[2], s[3]}}.stroke(out, im)
			sum.Write(out.Pix8)
		}
	}
	assert.Equal(t, uint64(0xcdb27539d71ef652), sum.Sum64())
}
