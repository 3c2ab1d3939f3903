package kernels_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"tessera/internal/kerneltest"
	"tessera/kernels"
)

// dctTables are those of coefficients that are rounded to multiples of step[i].
func dctTables(step func(i int) float64) (down, up [64]float32) {
	scale := func(i int) float64 { // of a row or column, times √8
		if i == 0 {
			return 1
		}
		return math.Sqrt2 * math.Cos(float64(i)*math.Pi/16)
	}
	for i := range 64 {
		s := scale(i/8) * scale(i%8)
		down[i], up[i] = float32(1/(step(i)*s*8)), float32(step(i)*s/8)
	}
	return down, up
}

// roundSlowly is ByteDCT of a block by the definition of the cosine transform, before the last rounding, and whether no coefficient
// is so near to a half that float32 may round it to either side.
func roundSlowly(block [64]float64, step func(i int) float64) (out [64]float64, clear bool) {
	clear = true
	basis := func(u, x int) float64 {
		if u == 0 {
			return math.Sqrt(1. / 8)
		}
		return 0.5 * math.Cos(float64((2*x+1)*u)*math.Pi/16)
	}
	for i := range 64 {
		var sum float64
		for k, v := range block {
			sum += (v - 128) * basis(i/8, k/8) * basis(i%8, k%8)
		}
		whole := math.Floor(sum/step(i) + 0.5)
		clear = clear && math.Abs(sum/step(i)-whole) < 0.497
		sum = whole * step(i)
		for k := range out {
			out[k] += sum * basis(i/8, k/8) * basis(i%8, k%8)
		}
	}
	for k := range out {
		out[k] = min(max(out[k]+128, 0), 255)
	}
	return out, clear
}

func TestByteDCT(t *testing.T) {
	step := func(i int) float64 { return 10.07 + 3.3*float64(i%8) + 2.9*float64(i/8) }
	down, up := dctTables(step)
	for _, stride := range []int{0, 8, 120, 128, 136, 264} {
		x := someBytes(111, 8*stride)
		for i := range x { // from flat to rough
			x[i] = uint8(100 + int(x[i])*(i%stride)/stride/2)
		}
		var same []uint8
		kerneltest.EachISA(t, func(t *testing.T) {
			y := fenced(t, 8*stride, 3, func(y []uint8) { copy(y, x); kernels.ByteDCT(&down, &up, stride, y) })
			unclear := 0
			for at := 0; at < stride; at += 8 {
				var block [64]float64
				for i := range block {
					block[i] = float64(x[i/8*stride+at+i%8])
				}
				wants, clear := roundSlowly(block, step)
				for i, want := range wants {
					if !clear {
						unclear++
						break
					}
					require.InDelta(t, want, float64(y[i/8*stride+at+i%8]), 0.51, "stride %d, block at %d: %d", stride, at, i)
				}
			}
			require.LessOrEqual(t, unclear, stride/8/2+1)
			if same == nil {
				same = y
			}
			require.Equal(t, same, y)
		})
	}
	require.Panics(t, func() { kernels.ByteDCT(&down, &up, 12, make([]uint8, 96)) })
}
