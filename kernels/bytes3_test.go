package kernels_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"tessera/internal/kerneltest"
	"tessera/kernels"
)

// pixelCounts are numbers of pixels around the widths of vectors.
var pixelCounts = []int{0, 1, 2, 5, 6, 7, 8, 10, 20, 21, 22, 41, 42, 43, 63, 64, 65, 127, 128, 131, 200}

func TestByteOrder3(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, n := range pixelCounts {
			x := someBytes(31, 3*n)
			for code := range 64 {
				order := [3]uint8{uint8(code & 3), uint8(code >> 2 & 3), uint8(code >> 4)}
				y := fenced(t, 3*n, code%5, func(y []uint8) { kernels.ByteOrder3(order, 77, x, y) })
				for i := range y {
					want := uint8(77)
					if k := int(order[i%3]); k < 3 {
						want = x[i-i%3+k]
					}
					require.Equal(t, want, y[i], "%v of %d pixels: sample %d", order, n, i)
				}
				same := fenced(t, 3*n, code%7, func(y []uint8) { copy(y, x); kernels.ByteOrder3(order, 77, y, y) })
				require.Equal(t, y, same, "in place")
			}
		}
	})
	require.Panics(t, func() { kernels.ByteOrder3([3]uint8{4}, 0, make([]uint8, 3), make([]uint8, 3)) })
	require.Panics(t, func() { kernels.ByteOrder3([3]uint8{}, 0, make([]uint8, 4), make([]uint8, 4)) })
}

func TestByteMirror3(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, n := range pixelCounts {
			x := someBytes(32, 3*n)
			y := fenced(t, 3*n, n%4, func(y []uint8) { kernels.ByteMirror3(x, y) })
			for i := range y {
				require.Equal(t, x[3*(n-1-i/3)+i%3], y[i], "%d pixels: sample %d", n, i)
			}
		}
	})
}

func TestBytesToFloats3(t *testing.T) {
	scale, add := [3]float32{1, 4.3, -0.7}, [3]float32{0, -2.1, 1e-3}
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, n := range append(pixelCounts, 256) {
			x := someBytes(33, 3*n)
			for i := range min(n, 256) {
				x[3*i], x[3*i+1], x[3*i+2] = uint8(i), uint8(i), uint8(i)
			}
			y := make([]float32, 3*n+1)
			y[3*n] = 5
			kernels.BytesToFloats3(scale, add, x, y)
			for i, v := range x {
				share := float32(v) / 255
				want := float32(share*scale[i%3]) + add[i%3]
				require.Equal(t, math.Float32bits(want), math.Float32bits(y[i]), "%d: %d", i, v)
			}
			require.Equal(t, float32(5), y[3*n])
		}
	})
}

func TestByteLuma3(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, n := range pixelCounts {
			x := someBytes(34, 3*n)
			if n > 1 {
				copy(x, []uint8{255, 255, 255, 0, 255, 255})
			}
			y := fenced(t, n, n%4, func(y []uint8) { kernels.ByteLuma3(x, y) })
			for i, v := range y {
				exact := 0.299*float64(x[3*i]) + 0.587*float64(x[3*i+1]) + 0.114*float64(x[3*i+2])
				require.InDelta(t, exact, float64(v), 0.51)
				sum := 9798*int(x[3*i]) + 19235*int(x[3*i+1]) + 3735*int(x[3*i+2])
				require.Equal(t, (sum+1<<14)>>15, int(v), "%d pixels: %d", n, i)
			}
			all := fenced(t, 3*n, n%4, func(z []uint8) { kernels.ByteRepeat3(y, z) })
			for i, v := range all {
				require.Equal(t, y[i/3], v)
			}
		}
	})
}
