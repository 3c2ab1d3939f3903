package metric

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestImageCounts(t *testing.T) {
	truth, prediction := []uint8{0, 0, 2, 2, 9, 0}, []uint8{0, 2, 2, 2, 2, 0}
	stats := NewStats(Multiclass, 4, 9)
	stats.Add([]uint8{1}, []uint8{1})
	stats.Add(truth, prediction)
	list := stats.ImageCounts(1)
	assert.Equal(t, []ClassCount{{0, 2, 3, 2}, {2, 2, 2, 3}}, list, "classes that do not occur are left out, and so is what is ignored")
	assert.Equal(t, 2.0/3, list[0].IoU())
	assert.Equal(t, 4.0/5, list[0].Dice())
	assert.Equal(t, ClassCount{0, 4, 6, 4}, list[0].Add(list[0]))
}
