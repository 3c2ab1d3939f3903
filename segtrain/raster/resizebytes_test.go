package raster

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestResizeBytesIsResizeFloat(t *testing.T) {
	for _, c := range []int{1, 3} {
		src := noise(37, 53, c).Image()
		for _, size := range [][2]int{{37, 53}, {80, 61}, {20, 30}, {5, 7}, {1, 1}, {100, 9}, {37, 20}, {12, 53}} {
			dst := &Image{Pix8: make([]uint8, 7)}
			ResizeBytes(dst, src, size[0], size[1])
			want := ResizeFloat(src.Float(), size[0], size[1])
			require.Equal(t, []int{want.H, want.W, c}, []int{dst.H, dst.W, dst.C})
			for i, v := range want.Pix {
				assert.InDelta(t, float64(v)*255, float64(dst.Pix8[i]), 0.6, "%v, %d channels: %d", size, c, i)
			}
		}
		same := new(Image)
		ResizeBytes(same, src, 37, 53)
		assert.Equal(t, src.Pix8, same.Pix8, "the same size is an exact copy")
	}
	white := NewImage(30, 40, 3)
	for i := range white.Pix8 {
		white.Pix8[i] = 255
	}
	small := new(Image)
	ResizeBytes(small, white, 11, 13)
	assert.Equal(t, white.Pix8[:11*13*3], small.Pix8, "white stays white")
	assert.Panics(t, func() { ResizeBytes(small, white, 0, 3) })
}

func BenchmarkResizeBytes(b *testing.B) {
	src, dst := noise(512, 512, 3).Image(), new(Image)
	for _, side := range []int{256, 384, 1024} {
		b.Run(fmt.Sprint(side), func(b *testing.B) {
			for b.Loop() {
				ResizeBytes(dst, src, side, side)
			}
		})
	}
}
