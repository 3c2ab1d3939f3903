package raster

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestRowsAreResizedAsTheWhole compares bits with ResizeFloat.
func TestRowsAreResizedAsTheWhole(t *testing.T) {
	for _, s := range [][4]int{{1, 1, 1, 1}, {7, 5, 7, 5}, {9, 13, 4, 30}, {40, 3, 3, 2}, {3, 4, 50, 60}, {31, 17, 30, 18}, {1, 9, 5, 1}} {
		for _, c := range []int{1, 3, 11} {
			im := NewFloat(s[0], s[1], c)
			for i := range im.Pix {
				im.Pix[i] = float32(i*7919%1000) / 999
			}
			want := ResizeFloat(im, s[2], s[3])
			var got []float32
			r := NewRowResizer(s[0], s[1], c, s[2], s[3])
			for y := range s[0] {
				require.NoError(t, r.Push(im.Pix[y*s[1]*c:], func(row []float32) error {
					got = append(got, row...)
					clear(row)
					return nil
				}))
			}
			assert.Equal(t, want.Pix, got, "%v, %d channels", s, c)
		}
	}
	full := errors.New("full")
	assert.Equal(t, full, NewRowResizer(1, 1, 1, 1, 1).Push([]float32{1}, func([]float32) error { return full }))
	assert.Panics(t, func() { NewRowResizer(1, 1, 1, 0, 1) })
}
