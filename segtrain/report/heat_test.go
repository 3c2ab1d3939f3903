package report

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/segtrain/raster"
)

func TestHeat(t *testing.T) {
	m := Heat(&raster.Float{H: 1, W: 6, C: 1, Pix: []float32{-1, 0, 1. / 3, 0.5, 1, 2}})
	assert.Equal(t, []uint8{
		0, 0, 4, 0, 0, 4, // what is less than 0 is 0
		120, 28, 109, 179, 67, 73, // half of the way between two stops
		252, 255, 164, 252, 255, 164,
	}, m.Pix8)
	assert.Equal(t, []uint8{3, 0, 85}, Dimmed(&raster.Image{H: 1, W: 1, C: 3, Pix8: []uint8{9, 2, 255}}).Pix8)
}
