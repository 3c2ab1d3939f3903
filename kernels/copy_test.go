package kernels

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestCopyRows copies rows of many widths in every instruction set, and must not touch what lies behind.
func TestCopyRows(t *testing.T) {
	for _, isa := range Supported() {
		t.Run(isa.String(), func(t *testing.T) {
			defer Limit(isa)()
			for _, size := range [][3]int{{0, 16, 16}, {1, 1, 1}, {3, 7, 9}, {5, 16, 16}, {40, 16, 24}, {33, 32, 96}, {2, 50, 51}, {1, 5000, 5000}} {
				rows, width, ld := size[0], size[1], size[2]
				from := make([]float32, max(1, (rows-1)*ld+width))
				for i := range from {
					from[i] = float32(i + 1)
				}
				want := make([]float32, rows*width+3)
				for i := range rows * width {
					want[i] = from[i/width*ld+i%width]
				}
				got := make([]float32, rows*width+3)
				copyRows.fn(rows, width, ld, from, got)
				assert.Equal(t, want, got, "%v", size)
			}
		})
	}
}
