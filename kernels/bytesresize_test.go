package kernels_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"tessera/internal/kerneltest"
	"tessera/kernels"
)

// someWeights returns n weights that are not negative and sum to 2¹⁴.
func someWeights(key uint64, n int) []int16 {
	w := make([]int16, n)
	left := 1 << 14
	for k, v := range someBytes(key, n) {
		w[k] = int16(min(left, int(v)*(1<<14)/(128*n)))
		left -= int(w[k])
	}
	w[0] += int16(left)
	return w
}

func TestByteAcross3(t *testing.T) {
	for _, taps := range []int{1, 2, 3, 4, 6, 7, 20} {
		groups := (taps + 3) / 4
		for _, n := range append(kerneltest.Sizes(4, 16), 100) {
			x := someBytes(81, 3*200)
			if n == 100 {
				for i := range x {
					x[i] = 255
				}
			}
			first, w := make([]int32, n), make([]int16, (n+3)/4*groups*16)
			weights := make([][]int16, n)
			for i := range first {
				first[i] = int32(i * 7919 % (len(x) - 12*groups - 3))
				weights[i] = someWeights(uint64(82+i), taps)
				for k, v := range weights[i] {
					w[(i/4*groups+k/4)*16+i%4*4+k%4] = v
				}
			}
			a := kernels.NewByteAcross3(taps, first, w)
			kerneltest.EachISA(t, func(t *testing.T) {
				y := make([]int16, 3*n+1)
				y[3*n] = 77
				a.Row(x, y)
				for i, v := range y[:3*n] {
					var sum float64
					for k, f := range weights[i/3] {
						sum += float64(f) * float64(x[int(first[i/3])+3*k+i%3])
					}
					require.Equal(t, math.Floor(sum/256+0.5), float64(v), "%d taps, %d outputs: %d", taps, n, i)
				}
				require.Equal(t, int16(77), y[3*n])
			})
		}
	}
	one := kernels.NewByteAcross3(1, []int32{1}, make([]int16, 16))
	require.Equal(t, 17, one.Reach())
	require.Panics(t, func() { one.Row(make([]uint8, 16), make([]int16, 3)) })
	require.Panics(t, func() { kernels.NewByteAcross3(1, []int32{-1}, make([]int16, 16)) })
}

func TestByteDown(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, taps := range []int{1, 2, 3, 8, 31} {
			for _, n := range kerneltest.Sizes(32, 64) {
				w, x := someWeights(uint64(91+taps), taps), make([][]int16, taps)
				for k := range x {
					for _, v := range someBytes(uint64(92+k), n) {
						x[k] = append(x[k], int16(v)*64)
					}
				}
				y := fenced(t, n, n%5, func(y []uint8) { kernels.ByteDown(w, x, y) })
				for i, v := range y {
					var sum float64
					for k, f := range w {
						sum += float64(f) * float64(x[k][i])
					}
					require.Equal(t, math.Floor(sum/(1<<20)+0.5), float64(v), "%d taps, n %d: %d", taps, n, i)
				}
			}
		}
	})
	require.Panics(t, func() { kernels.ByteDown(nil, nil, nil) })
}
