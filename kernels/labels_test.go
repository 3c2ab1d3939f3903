package kernels_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/kernels"
)

func TestLabels(t *testing.T) {
	y := []float32{9, 9, 9, 9, 9, 9, 9, 9, 9}
	kernels.Labels{Class: []uint8{2, 255, 0}}.OneHot(3, 255, y)
	assert.Equal(t, []float32{0, 0, 1, -1, -1, -1, 1, 0, 0}, y)

	mixed := kernels.Labels{Class: []uint8{2, 1, 0, 1}, Mixed: []uint8{0, 255, 0, 1}, Share: []float32{0.25, 1, 0.5, 0}}
	mixed.Rows(0, 3).OneHot(3, 255, y)
	assert.Equal(t, []float32{0.75, 0, 0.25, -1, -1, -1, 1, 0, 0}, y)
	assert.Equal(t, kernels.Labels{Class: []uint8{0, 1}, Mixed: []uint8{0, 1}, Share: []float32{0.5, 0}}, mixed.Rows(2, 4))

	kernels.Labels{Class: []uint8{1, 0, 255, 1}}.Flags(2, 255, y)
	assert.Equal(t, []float32{1, 0, -1, 1}, y[:4])
	kernels.Labels{Class: []uint8{1, 0, 1, 7}, Mixed: []uint8{0, 1, 7, 1}, Share: []float32{0.25, 1}}.Flags(2, 7, y)
	assert.Equal(t, []float32{0.25, 0.75, -1, -1}, y[:4])
	kernels.Labels{Class: []uint8{1, 0, 1, 7}, Mixed: make([]uint8, 4), Share: []float32{0.25, 1, 0.5, 1}}.Flags(2, 7, y)
	assert.Equal(t, []float32{0.25, 0, 0.5, -1}, y[:4], "a share for each label")

	assert.PanicsWithValue(t, "kernels: target 3; there are classes 0 to 2, and -1 to ignore",
		func() { kernels.Labels{Class: []uint8{3}}.OneHot(3, -1, y) })
	assert.PanicsWithValue(t, "kernels: target 2; without classes there are 0 and 1, and 255 to ignore",
		func() { kernels.Labels{Class: []uint8{2}}.Flags(1, 255, y) })
}
