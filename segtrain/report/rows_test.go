package report

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/segtrain/raster"
)

func TestRows(t *testing.T) {
	red, grey := raster.NewImage(4, 6, 3), raster.NewImage(10, 3, 1)
	for i := 0; i < len(red.Pix8); i += 3 {
		red.Pix8[i] = 200
	}
	sheet := Rows([]Row{{"one", []*raster.Image{red, grey}}, {"", []*raster.Image{red}}})
	assert.Equal(t, []int{8 + 16 + 10 + 8 + 16 + 4 + 8, 8 + 21 + 8}, []int{sheet.H, sheet.W})
	at := func(y, x int) [3]uint8 { return [3]uint8(sheet.Pix8[(y*sheet.W+x)*3:]) }
	assert.Equal(t, [3]uint8{200, 0, 0}, at(8+16, 8))
	assert.Equal(t, [3]uint8{0, 0, 0}, at(8+16+9, 8+6+8))
	assert.Equal(t, [3]uint8{255, 255, 255}, at(8+16+5, 8))
	assert.Equal(t, [3]uint8{200, 0, 0}, at(8+16+10+8+16, 8))
	dark := 0
	for x := range sheet.W {
		for y := 8; y < 8+16; y++ {
			dark += int(255-at(y, x)[0]) / 255
		}
	}
	assert.Greater(t, dark, 10, "the title is there")
}
