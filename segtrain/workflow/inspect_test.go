package workflow

import (
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/config"
	"tessera/segtrain/raster"
)

// folders writes images of h×w and for each the masks that mask makes, and returns their folders.
func folders(
	t *testing.T, stems []string, pattern string, h, w int, write func(path string, i int) error,
) (images, masks string) {
	t.Helper()
	images, masks = filepath.Join(t.TempDir(), "images"), filepath.Join(t.TempDir(), "masks")
	for i, stem := range stems {
		image, mask := filepath.Join(images, stem+".png"), filepath.Join(masks, fmt.Sprintf(pattern, stem)+".png")
		require.NoError(t, os.MkdirAll(filepath.Dir(image), 0o777))
		require.NoError(t, os.MkdirAll(filepath.Dir(mask), 0o777))
		require.NoError(t, raster.WritePNG(image, raster.NewImage(h, w, 3)))
		require.NoError(t, write(mask, i))
	}
	return images, masks
}

// grey writes masks of 4×6 pixels in which the values alternate.
func grey(values ...uint8) func(string, int) error {
	return func(path string, _ int) error {
		m := raster.NewMask(4, 6)
		for i := range m.Pix {
			m.Pix[i] = values[i%len(values)]
		}
		return raster.WriteMask(path, m, nil)
	}
}

func TestInspect(t *testing.T) {
	videos := []string{"a_1", "a_2", "a_3", "a_4", "b_1", "b_2"}
	for _, tt := range []struct {
		name    string
		stems   []string
		pattern string
		write   func(string, int) error
		want    config.Facts
	}{
		{"index", videos, "%s", grey(0, 1, 2, 255), config.Facts{
			MaskCode: "index", Values: []int{0, 1, 2, 255}, GroupRegexp: `^(.+)_[^_]+$`, Groups: 2,
		}},
		{"binary, masks with a suffix", []string{"x", "y"}, "%s_mask", grey(0, 255), config.Facts{
			MaskCode: "binary", Values: []int{0, 255}, Pattern: "{stem}_mask",
		}},
		{"two classes", []string{"x", "y"}, "%s", grey(0, 1), config.Facts{
			MaskCode: "index", Values: []int{0, 1},
		}},
		{"colors", []string{"x", "y"}, "gt_%s", func(path string, _ int) error {
			im := raster.NewImage(4, 6, 3)
			copy(im.Pix8, []uint8{255, 0, 0, 0, 0, 255})
			return raster.WritePNG(path, im)
		}, config.Facts{
			MaskCode: "palette", Colors: [][3]int{{0, 0, 0}, {0, 0, 255}, {255, 0, 0}}, Pattern: "gt_{stem}",
		}},
		{"folders as groups", []string{"p/1", "p/2", "p/3", "q/1", "q/2", "q/3"}, "%s", func(path string, _ int) error {
			return raster.WriteMask(path, raster.NewMask(4, 6), []color.RGBA{{A: 255}, {R: 255, A: 255}})
		}, config.Facts{
			MaskCode: "index", Values: []int{0}, GroupRegexp: `^(.+)/[^/]+$`, Groups: 2,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			images, masks := folders(t, tt.stems, tt.pattern, 4, 6, tt.write)
			got, err := Inspect(images, masks)
			require.NoError(t, err)
			tt.want.Images, tt.want.Masks = images, masks
			tt.want.Count, tt.want.H, tt.want.W, tt.want.Sizes, tt.want.Channels = len(tt.stems), 4, 6, 1, 3
			assert.Equal(t, &tt.want, got)
		})
	}
}

func TestInspectMistakes(t *testing.T) {
	images, masks := folders(t, []string{"x", "y"}, "%s", 4, 6, grey(0, 1))
	_, err := Inspect(images, filepath.Join(masks, "none"))
	assert.ErrorContains(t, err, "none")

	require.NoError(t, os.Rename(filepath.Join(masks, "y.png"), filepath.Join(masks, "z.png")))
	_, err = Inspect(images, masks)
	assert.ErrorContains(t, err, "y")

	photo := func(path string, _ int) error {
		im := raster.NewImage(20, 20, 3)
		for i := range im.Pix8 {
			im.Pix8[i] = uint8(i * i)
		}
		for i := 0; i < len(im.Pix8); i += 3 {
			im.Pix8[i] = uint8(i / 3)
			im.Pix8[i+1] = uint8(i / 700)
		}
		return raster.WritePNG(path, im)
	}
	images, masks = folders(t, []string{"x", "y"}, "%s", 20, 20, photo)
	_, err = Inspect(images, masks)
	assert.ErrorContains(t, err, "more than 256 values: are these masks?")
}
