package kernels_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"tessera/internal/kerneltest"
	"tessera/kernels"
)

// hsvTables are tables of which hue is the one given, turned by a number, and the others are what value makes them.
func hsvTables(turn int, value func(v int) int) (t [3][256]uint8) {
	for v := range 256 {
		t[0][v] = uint8((v + turn) % 180)
		t[1][v], t[2][v] = uint8(value(v)), uint8(value(v))
	}
	return t
}

// TestByteHSVThereAndBack compares with exact colours: what comes back is within what whole hues can hold.
func TestByteHSVThereAndBack(t *testing.T) {
	same := hsvTables(0, func(v int) int { return v })
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, n := range pixelCounts {
			x := someBytes(51, 3*n)
			y := fenced(t, 3*n, n%5, func(y []uint8) { kernels.ByteHSV(&same, x, y) })
			for i, v := range x {
				require.InDelta(t, float64(v), float64(y[i]), 6, "pixel %d of %d", i/3, n)
			}
			again := fenced(t, 3*n, n%3, func(y []uint8) { copy(y, x); kernels.ByteHSV(&same, y, y) })
			require.Equal(t, y, again, "in place")
		}
	})
	grey := make([]uint8, 3*256)
	for i := range grey {
		grey[i] = uint8(i / 3)
	}
	y := make([]uint8, len(grey))
	turned := hsvTables(77, func(v int) int { return v })
	kernels.ByteHSV(&turned, grey, y)
	require.Equal(t, grey, y, "grey has no hue")
}

// TestByteHSVColours holds the way back to its formula, for every hue, and for saturations and values that a table makes of
// one.
func TestByteHSVColours(t *testing.T) {
	pixel := make([]uint8, 3*64)
	for i := 0; i < len(pixel); i += 3 {
		pixel[i] = 255 // red: hue 0, saturation and value 255
	}
	kerneltest.EachISA(t, func(t *testing.T) {
		for hue := range 180 {
			for k := range 48 {
				s, v := (k*37+hue*11)%256, (255-k*53-hue*7)&255
				table := [3][256]uint8{}
				table[0][0], table[1][255], table[2][255] = uint8(hue), uint8(s), uint8(v)
				y := make([]uint8, len(pixel))
				kernels.ByteHSV(&table, pixel, y)
				for c, at := range [3]int{5, 3, 1} { // of the colour hexagon
					place := math.Mod(float64(at)+float64(hue)/30, 6)
					share := max(0, min(place, 4-place, 1))
					want := float64(v) * (1 - float64(s)/255*share)
					require.InDelta(t, want, float64(y[c]), 0.5001, "hue %d, saturation %d, value %d, channel %d", hue, s, v, c)
				}
				require.Equal(t, y[:3], y[189:])
			}
		}
	})
}

// TestByteHSVIsOne compares all colours of a coarse cube, whose differences take all values, between instruction sets.
func TestByteHSVIsOne(t *testing.T) {
	var x []uint8
	for r := range 256 {
		for g := range 256 {
			b := (r*7 + g*13) & 255
			x = append(x, uint8(r), uint8(g), uint8(b), uint8(g), uint8(b), uint8(r))
		}
	}
	tables := hsvTables(133, func(v int) int { return (v*5/4 + 3) & 255 })
	var want []uint8
	kerneltest.EachISA(t, func(t *testing.T) {
		y := make([]uint8, len(x))
		kernels.ByteHSV(&tables, x, y)
		if want == nil {
			want = y
		}
		require.True(t, string(want) == string(y), "another instruction set gives other colours")
	})
	tables[0][179] = 180
	require.Panics(t, func() { kernels.ByteHSV(&tables, x, x) })
}

func BenchmarkByteHSV(b *testing.B) {
	const n = 1536
	x, y := someBytes(1, n), make([]uint8, n)
	tables := hsvTables(7, func(v int) int { return v })
	for _, isa := range kernels.Supported() {
		b.Run(fmt.Sprint(isa), func(b *testing.B) {
			defer kernels.Limit(isa)()
			b.SetBytes(n)
			for b.Loop() {
				kernels.ByteHSV(&tables, x, y)
			}
		})
	}
}
