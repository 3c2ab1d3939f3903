package data

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/augment"
	"tessera/segtrain/raster"
)

var flagNames = []string{"left", "top", "all"}

// writeFlagSet writes 6×8 images of two folders, and a mask for each class: masks/CLASS/ID.png.
func writeFlagSet(t testing.TB) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, id := range []string{"a", filepath.Join("sub", "b")} {
		im, masks := raster.NewImage(6, 8, 3), [3]*raster.Mask{}
		for k := range masks {
			masks[k] = raster.NewMask(6, 8)
			for i := range masks[k].Pix {
				if k == 0 && i%8 < 4 || k == 1 && i/8 < 3 || k == 2 {
					masks[k].Pix[i] = 255
				}
			}
			require.NoError(t, writeMask(filepath.Join(dir, "masks", flagNames[k], id+".png"), masks[k]))
			require.NoError(t, writeMask(filepath.Join(dir, "flat", id+"_"+flagNames[k]+".png"), masks[k]))
		}
		for i := range 48 {
			im.Pix8[3*i] = uint8(i)
		}
		for _, folder := range []string{"images", "flat"} {
			file := filepath.Join(dir, folder, id+".png")
			require.NoError(t, makeFolder(file))
			require.NoError(t, raster.WritePNG(file, im))
		}
	}
	return dir
}

func writeMask(file string, m *raster.Mask) error {
	if err := makeFolder(file); err != nil {
		return err
	}
	return raster.WriteMask(file, m, nil)
}

func TestScanClasses(t *testing.T) {
	dir := writeFlagSet(t)
	join := func(parts ...string) string { return filepath.Join(append([]string{dir}, parts...)...) }
	m, err := Scan(join("images"), join("masks", "{class}"), ScanOptions{Classes: flagNames})
	require.NoError(t, err)
	require.Len(t, m, 2)
	assert.Equal(t, Record{ID: "sub/b", Image: join("images", "sub", "b.png"), Mask: join("masks", "{class}", "sub", "b.png"),
		Fold: NoFold}, m[1])

	m, err = Scan(join("flat"), join("flat"), ScanOptions{MaskPattern: "{stem}_{class}", Classes: flagNames})
	require.NoError(t, err)
	require.Len(t, m, 2, "masks in the folder of the images are no images")
	assert.Equal(t, join("flat", "sub", "b_{class}.png"), m[1].Mask)
	m, err = Scan(join("images"), join("flat"), ScanOptions{MaskPattern: "{stem}_{class}.png", Classes: flagNames})
	require.NoError(t, err)
	assert.Equal(t, join("flat", "a_{class}.png"), m[0].Mask)

	_, err = Scan(join("images"), join("masks", "{class}"), ScanOptions{Classes: []string{"left", "bottom"}})
	assert.ErrorContains(t, err, `masks of class "bottom": no folder`)
	_, err = Scan(join("images"), join("flat"), ScanOptions{MaskPattern: "{stem}_{class}", Classes: []string{"left", "bottom"}})
	assert.ErrorContains(t, err, `no mask of class "bottom" in `+join("flat")+` for 2 images: "a", "sub/b"; every class needs a file`)
	_, err = Scan(join("images"), join("masks", "{class}"), ScanOptions{})
	assert.ErrorContains(t, err, "{class} stands for names of classes, and there are none")
}

func flagOptions() Options {
	return Options{H: 6, W: 8, C: 3, Overlapping: flagNames, MaskCode: raster.MaskCode{Coding: raster.BinaryCode, Ignore: 9}}
}

func TestFlagSamples(t *testing.T) {
	dir := writeFlagSet(t)
	m, err := Scan(filepath.Join(dir, "images"), filepath.Join(dir, "masks", "{class}"), ScanOptions{Classes: flagNames})
	require.NoError(t, err)
	opt := flagOptions()
	opt.Augment, opt.CacheBytes = augment.HorizontalFlip{P: 1}, 1<<20
	d := newDataset(t, m, opt)
	assert.Equal(t, 3, d.Labels())
	assert.Equal(t, filepath.Join(dir, "masks", "all", "a.png"), d.Files(0)[3])
	img, labels := make([]float32, 6*8*3), make([]uint8, 6*8*3)
	require.NoError(t, d.Sample(0, 0, img, labels))
	for i := range 48 {
		x, y := 7-i%8, i/8 // of the file
		require.InDelta(t, float64(y*8+x)/255, img[3*i], 1e-6)
		want := []uint8{0, 0, 1}
		if x < 4 {
			want[0] = 1
		}
		if y < 3 {
			want[1] = 1
		}
		require.Equal(t, want, labels[3*i:][:3], "picture and flags move together")
	}
	_, bytes := d.Cached()
	assert.EqualValues(t, 48*3+48, bytes, "three classes are a byte a pixel")
	assert.Panics(t, func() { d.Sample(0, 0, img, labels[:48]) })
}

// TestFlagsOutsideThePicture holds that a border counts for no class, and is of none where nothing can be ignored.
func TestFlagsOutsideThePicture(t *testing.T) {
	dir := writeFlagSet(t)
	m, err := Scan(filepath.Join(dir, "images"), filepath.Join(dir, "masks", "{class}"), ScanOptions{Classes: flagNames})
	require.NoError(t, err)
	opt := flagOptions()
	opt.H, opt.W, opt.Fit = 8, 8, Letterbox
	m[1].Mask = ""
	labels := make([]uint8, 8*8*3)
	d := newDataset(t, m, opt)
	require.NoError(t, d.Sample(0, 0, make([]float32, 8*8*3), labels))
	assert.Equal(t, []uint8{9, 9, 9}, labels[:3])
	assert.Equal(t, []uint8{1, 1, 1}, labels[8*3:][:3])
	file, err := d.LoadLabels(0)
	require.NoError(t, err)
	assert.Equal(t, []uint8{1, 1, 1, 0, 1, 1}, file[3*3:][:6])
	back, err := d.RestoreFlags(0, raster.FlagsOf(8, 8, 3, labels, 9))
	require.NoError(t, err)
	there, err := d.LoadFlags(0)
	require.NoError(t, err)
	assert.Equal(t, there, back)

	require.NoError(t, d.Sample(0, 1, make([]float32, 8*8*3), labels))
	assert.NotContains(t, labels, uint8(0), "a record without a mask does not count")
	none, err := d.LoadLabels(1)
	require.NoError(t, err)
	assert.Equal(t, []uint8{9, 9, 9}, none[:3])

	opt.MaskCode.Ignore = -1
	require.NoError(t, newDataset(t, m[:1], opt).Sample(0, 0, make([]float32, 8*8*3), labels))
	assert.Equal(t, []uint8{0, 0, 0}, labels[:3])
}

func TestFlagMistakes(t *testing.T) {
	dir := writeFlagSet(t)
	m := Manifest{{ID: "a", Image: filepath.Join(dir, "images", "a.png"), Mask: filepath.Join(dir, "images", "a.png"), Fold: NoFold}}
	_, err := NewDataset(m, flagOptions())
	assert.ErrorContains(t, err, "so its path needs {class}")
	opt := flagOptions()
	opt.MaskCode.Coding = raster.PaletteCode
	_, err = NewDataset(m, opt)
	assert.ErrorContains(t, err, `coding "palette" is not for classes that may overlap`)

	require.NoError(t, writeMask(filepath.Join(dir, "small.png"), raster.NewMask(2, 2)))
	m[0].Mask, opt.MaskCode.Coding, opt.Overlapping = filepath.Join(dir, "small.png"), raster.BitsCode, flagNames
	err = newDataset(t, m, opt).Sample(0, 0, make([]float32, 6*8*3), make([]uint8, 6*8*3))
	assert.ErrorContains(t, err, "has 2×2 pixels, but its image")
}

func makeFolder(file string) error { return os.MkdirAll(filepath.Dir(file), 0o777) }
