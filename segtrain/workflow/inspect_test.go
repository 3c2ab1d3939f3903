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
			MaskCode: "binary", Values: []int{0, 255}, Pattern: "{stem}_mask", Task: "binary",
		}},
		{"two classes", []string{"x", "y"}, "%s", grey(0, 1), config.Facts{
			MaskCode: "index", Values: []int{0, 1}, Task: "binary",
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

// stack writes an array of NumPy with two channels for each of 2×2 pixels.
func stack(path string, channels ...byte) error {
	head := fmt.Sprintf("{'descr': '|u1', 'fortran_order': False, 'shape': (2, %d, 2), }\n", len(channels)/4)
	return os.WriteFile(path, append([]byte("\x93NUMPY\x01\x00"+string(rune(len(head)))+"\x00"+head), channels...), 0o666)
}

// TestInspectStacks looks at masks with a channel a class, and trains on what init writes of them.
func TestInspectStacks(t *testing.T) {
	for _, tt := range []struct {
		name, code, task string
		classes          []string
		mask             []byte
	}{
		{"overlapping", "channels", "multilabel", []string{"channel_0", "channel_1"}, []byte{255, 255, 0, 255, 0, 0, 255, 0}},
		{"one-hot", "onehot", "", []string{"channel_0", "channel_1"}, []byte{1, 0, 0, 1, 1, 0, 1, 0}},
		{"one-hot without the background", "onehot", "", []string{"background", "channel_0", "channel_1"}, []byte{0, 0, 0, 1, 1, 0, 1, 0}},
	} {
		dir := t.TempDir()
		images, masks := filepath.Join(dir, "images"), filepath.Join(dir, "masks")
		require.NoError(t, os.MkdirAll(images, 0o777))
		require.NoError(t, os.MkdirAll(masks, 0o777))
		for _, name := range []string{"a", "b", "c"} {
			require.NoError(t, stack(filepath.Join(images, name+".npy"), 1, 2, 3, 4, 5, 6, 7, 8))
			require.NoError(t, stack(filepath.Join(masks, name+".npy"), tt.mask...))
		}
		f, err := Inspect(images, masks)
		require.NoError(t, err, tt.name)
		assert.Equal(t, tt.code, f.MaskCode, tt.name)
		assert.Equal(t, tt.task, f.Task, tt.name)
		assert.Equal(t, tt.classes, f.Classes, tt.name)
		assert.Equal(t, 2, f.Channels, "the pictures have two channels, of which no colours can be made")
		cfg, err := config.Parse(filepath.Join(dir, "c.yaml"), config.Template(*f))
		require.NoError(t, err, tt.name)
		s, err := CheckData(t.Context(), cfg, CheckOptions{})
		require.NoError(t, err, tt.name)
		assert.NoError(t, s.Findings.Err(), tt.name)
	}
	images, masks := folders(t, []string{"x", "y"}, "%s", 2, 2, grey(0, 1))
	for _, name := range []string{"x", "y"} {
		require.NoError(t, os.Remove(filepath.Join(masks, name+".png")))
	}
	require.NoError(t, stack(filepath.Join(masks, "x.npy"), 0, 0, 0, 1, 1, 0, 1, 0))
	head := "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2, 3), }\n"
	require.NoError(t, os.WriteFile(filepath.Join(masks, "y.npy"),
		append([]byte("\x93NUMPY\x01\x00"+string(rune(len(head)))+"\x00"+head), make([]byte, 12)...), 0o666))
	_, err := Inspect(images, masks)
	assert.ErrorContains(t, err, "y.npy: 3 channels, others have 2; allowed: a channel a class in all")
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

// TestInspectRegions looks at tables of run-lengths, COCO files, and folders of masks a class.
func TestInspectRegions(t *testing.T) {
	images, masks := folders(t, []string{"a", "b", "c"}, "cat/%s", 4, 6, grey(0, 255))
	_, other := folders(t, []string{"a", "b", "c"}, "cow/%s", 4, 6, grey(0, 255))
	require.NoError(t, os.Rename(filepath.Join(other, "cow"), filepath.Join(masks, "cow")))
	f, err := Inspect(images, masks)
	require.NoError(t, err)
	assert.Equal(t, config.Facts{
		Task: "multilabel", Images: images, Masks: filepath.Join(masks, "{class}"), Count: 3, H: 4, W: 6, Sizes: 1, Channels: 3,
		MaskCode: "binary", Values: []int{0, 255}, Classes: []string{"cat", "cow"},
	}, *f)
	require.NoError(t, os.Remove(filepath.Join(masks, "cow", "b.png")))
	_, err = Inspect(images, masks)
	assert.Error(t, err, "no folder a class")

	dir := t.TempDir()
	const coco = `{"images": [{"id": 1, "file_name": "a.png", "height": 4, "width": 6}, {"id": 2, "file_name": "b.png", "height": 4, "width": 6},
		{"id": 3, "file_name": "c.png", "height": 4, "width": 6}], "categories": [{"id": 7, "name": "cow"}, {"id": 3, "name": "cat"}],
		"annotations": [{"id": 1, "image_id": 1, "category_id": 7, "segmentation": [[0, 0, 3, 0, 3, 3, 0, 3]]},
		{"id": 2, "image_id": 1, "category_id": 3, "segmentation": [[%d, 0, 6, 0, 6, 3, %[1]d, 3]]}]}`
	for _, tt := range []struct {
		file, text string
		want       config.Facts
	}{
		{"salt.csv", "id,rle_mask\na,1 2\nb,\nc,3 1\n", config.Facts{Kind: "rle", Task: "binary", Dialect: "salt", Classes: []string{"object"}}},
		{"steel.csv", "ImageId,ClassId,EncodedPixels\na.png,3,1 2\n", config.Facts{
			Kind: "rle", Task: "multilabel", Dialect: "severstal", Classes: []string{"class_1", "class_2", "class_3"}, Unlisted: "empty",
		}},
		{"clouds.csv", "Image_Label,EncodedPixels\na.png_Fish,1 2\na.png_Flower,2 3\nb.png_Fish,\nc.png_Fish,\n", config.Facts{
			Kind: "rle", Task: "multilabel", Dialect: "clouds", Classes: []string{"Fish", "Flower"},
		}},
		{"apart.json", fmt.Sprintf(coco, 4), config.Facts{Kind: "coco", Task: "multiclass", Classes: []string{"background", "cat", "cow"}}},
		{"over.json", fmt.Sprintf(coco, 1), config.Facts{Kind: "coco", Task: "multilabel", Classes: []string{"cat", "cow"}}},
	} {
		file := filepath.Join(dir, tt.file)
		require.NoError(t, os.WriteFile(file, []byte(tt.text), 0o666))
		got, err := Inspect(images, file)
		require.NoError(t, err, tt.file)
		tt.want.Images, tt.want.Annotations, tt.want.MaskCode = images, file, "index"
		tt.want.Count, tt.want.H, tt.want.W, tt.want.Sizes, tt.want.Channels = 3, 4, 6, 1, 3
		assert.Equal(t, tt.want, *got, tt.file)
		cfg, err := config.Parse(filepath.Join(dir, "c.yaml"), config.Template(*got))
		require.NoError(t, err, tt.file)
		cfg.Debug, cfg.Data.Size = false, [2]int{32, 32}
		s, err := openSource(cfg, "")
		require.NoError(t, err, tt.file)
		assert.Len(t, append(s.train, s.val...), 3, tt.file)
	}
	for text, says := range map[string]string{
		"image,mask\n":                                   "has the columns image, mask, as no dialect has",
		"id,rle_mask\na,1 2 3\n":                         "a.png: ",
		"ImageId,EncodedPixels\nz,1 2":                   "z",
		"ImageId,ClassId,EncodedPixels\na.png,999,1 2\n": "class 999; allowed: numbers from 1 to 256",
	} {
		file := filepath.Join(dir, "wrong.csv")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
		_, err := Inspect(images, file)
		assert.ErrorContains(t, err, says)
	}
}
