package raster

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTileStarts(t *testing.T) {
	for _, c := range []struct {
		size, tile int
		overlap    float64
		want       []int
	}{
		{100, 40, 0.5, []int{0, 20, 40, 60}}, {101, 40, 0.5, []int{0, 15, 31, 46, 61}}, {40, 40, 0.5, []int{0}}, {30, 40, 0.5, []int{0}},
		{41, 40, 0, []int{0, 1}}, {90, 40, 0, []int{0, 25, 50}}, {9, 3, 0.9, []int{0, 1, 2, 3, 4, 5, 6}},
	} {
		assert.Equal(t, c.want, TileStarts(c.size, c.tile, c.overlap), "%+v", c)
	}
}
