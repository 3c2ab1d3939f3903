package kernels_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"tessera/internal/kerneltest"
	"tessera/kernels"
)

func TestByteLine(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, n := range kerneltest.Sizes(8, 16) {
			for _, line := range [][2]int64{{0, 1 << 24}, {-5 << 30, 12345678901}, {1 << 61, -1<<54 + 3}} {
				y := make([]int32, n+1)
				y[n] = 5
				kernels.ByteLine(line[0], line[1], y[:n])
				for i, v := range y[:n] {
					require.Equal(t, int32((line[0]+int64(i)*line[1])>>24), v, "n %d: %d", n, i)
				}
				require.Equal(t, int32(5), y[n])
			}
		}
	})
}

// lookSlowly is ByteLook3 of one pixel in float64, and whether it does it at all.
func lookSlowly(h, w int, x []uint8, px, py int32) (pixel [3]float64, ok bool) {
	fx, fy := float64(px)/256, float64(py)/256
	x0, y0 := math.Floor(fx), math.Floor(fy)
	if x0 < 0 || y0 < 0 || x0 >= float64(w-2) || y0 >= float64(h-1) {
		return pixel, false
	}
	fx, fy = fx-x0, fy-y0
	at := func(dy, dx, c int) float64 { return float64(x[((int(y0)+dy)*w+int(x0)+dx)*3+c]) }
	for c := range pixel {
		upper := at(0, 0, c)*(1-fx) + at(0, 1, c)*fx
		lower := at(1, 0, c)*(1-fx) + at(1, 1, c)*fx
		pixel[c] = upper*(1-fy) + lower*fy
	}
	return pixel, true
}

func TestByteLook3(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {1, 9}, {9, 2}, {2, 3}, {7, 5}, {33, 40}} {
		h, w := size[0], size[1]
		x := someBytes(41, 3*h*w)
		for _, n := range append(kerneltest.Sizes(8, 16), 300) {
			px, py := make([]int32, n), make([]int32, n)
			for i, v := range kerneltest.Floats(42, 2*n) {
				where := int32(math.Float32bits(v) >> 8)
				px[i/2] = where%int32(256*(w+4)) - 512
				if i%2 == 1 {
					py[i/2] = where%int32(256*(h+4)) - 512
				}
				if i%32 == 9 {
					px[i/2] = math.MinInt32 + where
				}
			}
			var same []uint8
			kerneltest.EachISA(t, func(t *testing.T) {
				done := 0
				y := fenced(t, 3*n, n%5, func(y []uint8) {
					for i := range y {
						y[i] = 3
					}
					done = kernels.ByteLook3(w, x, px, py, y)
				})
				for i := range px {
					pixel, ok := lookSlowly(h, w, x, px[i], py[i])
					if !ok {
						require.Equal(t, []uint8{3, 3, 3}, y[3*i:][:3], "%v: pixel %d is left alone", size, i)
						continue
					}
					done--
					for c, v := range pixel { // weights are whole: the four of them are off by less than two together
						require.InDelta(t, v, float64(y[3*i+c]), 0.5+2*255.0/256, "%v: pixel %d", size, i)
					}
				}
				require.Zero(t, done)
				if same == nil {
					same = y
				}
				require.Equal(t, same, y)
			})
		}
	}
	require.Panics(t, func() { kernels.ByteLook3(2, make([]uint8, 7), nil, nil, nil) })
}

func BenchmarkByteLook3(b *testing.B) {
	const side = 512
	x, y := someBytes(1, side*side*3), make([]uint8, 3*side)
	px, py := make([]int32, side), make([]int32, side)
	kernels.ByteLine(0, 250<<24, px)
	kernels.ByteLine(5000<<24, 40<<24, py)
	for _, isa := range kernels.Supported() {
		b.Run(isa.String(), func(b *testing.B) {
			defer kernels.Limit(isa)()
			b.SetBytes(3 * side)
			for b.Loop() {
				kernels.ByteLook3(side, x, px, py, y)
			}
		})
	}
}
