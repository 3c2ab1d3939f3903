package kernels_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/internal/kerneltest"
	"tessera/kernels"
)

func TestSignedDistance(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {1, 9}, {9, 1}, {5, 7}, {16, 13}, {31, 40}} {
		for key, level := range []float32{-2, -0.9, 0, 0.9, 0.99, 2} {
			h, w := size[0], size[1]
			mask := kerneltest.Floats(uint64(key), h*w)
			for i, v := range mask {
				mask[i] = 0
				if v > level {
					mask[i] = 1
				}
			}
			y := kerneltest.Guard(make([]float32, h*w), 1)
			kernels.SignedDistance(h, w, mask, y.X, make([]uint32, h*w+2*w))
			assert.Equal(t, distances(h, w, mask), y.X, "%v %v", size, level)
			y.Check(t)
		}
	}
}

// distances looks at all pairs of pixels.
func distances(h, w int, mask []float32) []float32 {
	y := make([]float32, h*w)
	for i := range y {
		least := math.Inf(1)
		for j := range y {
			if mask[j] != mask[i] {
				least = min(least, math.Sqrt(float64((i/w-j/w)*(i/w-j/w)+(i%w-j%w)*(i%w-j%w))))
			}
		}
		switch {
		case math.IsInf(least, 1):
		case mask[i] == 1:
			y[i] = float32(1 - least)
		default:
			y[i] = float32(least)
		}
	}
	return y
}
