package report

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/segtrain/raster"
)

func TestChanges(t *testing.T) {
	im := raster.NewImage(1, 6, 3)
	for i := range im.Pix8 {
		im.Pix8[i] = 200
	}
	row := func(v ...uint8) *raster.Mask { return &raster.Mask{H: 1, W: 6, Pix: v} }
	got := Changes(im, row(0, 1, 1, 1, 9, 1), row(0, 0, 1, 0, 0, 0), row(0, 1, 0, 2, 1, 0), 9)
	assert.Equal(t, []uint8{100, 100, 100, 0, 200, 60, 230, 30, 30, 220, 200, 0, 100, 100, 100, 100, 100, 100}, got.Pix8)
	assert.Panics(t, func() { Changes(im, raster.NewMask(2, 2), row(0, 0, 0, 0, 0, 0), row(0, 0, 0, 0, 0, 0), -1) })
}
