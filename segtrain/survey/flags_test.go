package survey

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/data"
	"tessera/segtrain/raster"
)

// TestCountsOfOverlappingClasses counts bits: of nothing, of one class, of both.
func TestCountsOfOverlappingClasses(t *testing.T) {
	dir := t.TempDir()
	train := data.Manifest{
		pair(t, dir, "a", grey(2, 2, 0, 51, 102, 255), 0b00, 0b01, 0b11, 0b11),
		pair(t, dir, "b", grey(1, 2, 0, 0), 0, 0),
		pair(t, dir, "c", grey(1, 2, 7, 9), 4, 0),
	}
	opt := Options{
		Parts: []Part{{"training", train}}, Classes: []string{"none", "cat", "cow"}, Overlapping: []string{"cat", "cow"},
		Code: raster.MaskCode{Coding: raster.BitsCode, Ignore: -1}, Channels: 1,
	}
	s, err := Run(context.Background(), opt)
	require.NoError(t, err)
	assert.Equal(t, []ClassCount{
		{"none", 3, 0.5, 2, []int{2}},
		{"cat", 3, 0.5, 1, []int{1}},
		{"cow", 2, 2. / 6, 1, []int{1}},
	}, s.Classes)
	assert.Equal(t, [][]int{{2, 1, 1}, {1, 1, 1}, {1, 1, 1}}, s.Together)
	assert.Equal(t, 1, s.Empty)
	require.Len(t, s.Findings, 1)
	assert.Contains(t, s.Findings[0].What, "value 4 at pixel (x 0, y 0) has bits of no class")

	_, m, err := s.Picture(Place{ID: "a"}, 2, 9)
	require.NoError(t, err)
	assert.Equal(t, []uint8{0, 0, 1, 1}, m.Pix)
	_, m, err = s.Picture(Place{ID: "a"}, 0, 9)
	require.NoError(t, err)
	assert.Equal(t, []uint8{1, 0, 0, 0}, m.Pix)

	opt.Code.Coding = raster.PaletteCode
	_, err = Run(context.Background(), opt)
	assert.ErrorContains(t, err, "is not for classes that may overlap")
}

// TestCountsOfClassFiles counts masks that are a file a class, of which a value does not count.
func TestCountsOfClassFiles(t *testing.T) {
	dir := t.TempDir()
	r := pair(t, dir, "a", grey(1, 4, 1, 2, 3, 4), 0, 255, 7, 255)
	cow := pair(t, dir, "cow", grey(1, 4, 1, 2, 3, 4), 255, 255, 0, 0)
	require.NoError(t, copyFile(r.Mask, dir+"/m_cat.png"))
	require.NoError(t, copyFile(cow.Mask, dir+"/m_cow.png"))
	r.Mask = dir + "/m_{class}.png"
	s, err := Run(context.Background(), Options{
		Parts: []Part{{"training", data.Manifest{r}}}, Classes: []string{"none", "cat", "cow"}, Overlapping: []string{"cat", "cow"},
		Code: raster.MaskCode{Coding: raster.BinaryCode, Ignore: 7}, Channels: 1,
	})
	require.NoError(t, err)
	assert.Equal(t, []int64{0, 2, 2, 1}, []int64{s.Classes[0].Pixels, s.Classes[1].Pixels, s.Classes[2].Pixels, s.Ignored.Pixels})
	assert.Equal(t, []ValueCount{{0, "", 3, 1}, {7, "", 1, 1}, {255, "", 4, 1}}, s.Values)
}

func copyFile(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o666)
}
