package data

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func ids(m Manifest) (out []string) {
	for _, r := range m {
		out = append(out, r.ID)
	}
	return out
}

func TestScanPairs(t *testing.T) {
	tests := map[string]struct {
		images, masks []string
		pattern       string
		want          []string
	}{
		"same stem, other format": {[]string{"b.jpg", "a.PNG", "notes.txt", ".hidden.png"},
			[]string{"a.png", "b.tif"}, "",
			[]string{"a", "b"}},
		"folders": {[]string{"x/1.png", "y/1.png"}, []string{"x/1.png", "y/1.png"}, "",
			[]string{"x/1", "y/1"}},
		"suffix": {[]string{"a.png"}, []string{"a_mask.png", "a_edge.png"}, "{stem}_mask.png",
			[]string{"a"}},
		"prefix, any type":    {[]string{"d/a.png"}, []string{"d/gt-a.webp"}, "gt-{stem}", []string{"d/a"}},
		"masks without image": {[]string{"a.png"}, []string{"a.png", "z.png"}, "", []string{"a"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			images, masks := touch(t, t.TempDir(), tt.images...), touch(t, t.TempDir(), tt.masks...)
			m, err := Scan(images, masks, ScanOptions{MaskPattern: tt.pattern})
			require.NoError(t, err)
			assert.Equal(t, tt.want, ids(m))
			for _, r := range m {
				assert.FileExists(t, r.Image)
				assert.FileExists(t, r.Mask)
				assert.Equal(t, NoFold, r.Fold)
			}
		})
	}
}

func TestScanOneFolderForBoth(t *testing.T) {
	dir := touch(t, t.TempDir(), "a.png", "a_mask.png", "b.png", "b_mask.png")
	m, err := Scan(dir, dir, ScanOptions{MaskPattern: "{stem}_mask"})
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b"}, ids(m))

	_, err = Scan(dir, dir, ScanOptions{})
	assert.ErrorContains(t, err, `with a pattern like "{stem}_mask.png"`)
}

func TestScanMasksInsideImages(t *testing.T) {
	dir := touch(t, t.TempDir(), "a.png", "masks/a.png")
	m, err := Scan(dir, filepath.Join(dir, "masks"), ScanOptions{})
	require.NoError(t, err)
	assert.Equal(t, []string{"a"}, ids(m))
}

func TestScanUnlabelledAndGroups(t *testing.T) {
	images := touch(t, t.TempDir(), "v1_a.png", "v1_b.png", "v2_a.png")
	m, err := Scan(images, "", ScanOptions{Group: regexp.MustCompile(`^(v\d)_`)})
	require.NoError(t, err)
	assert.Equal(t, []string{"v1", "v1", "v2"}, []string{m[0].Group, m[1].Group, m[2].Group})
	assert.Empty(t, m[0].Mask)

	masks := touch(t, t.TempDir(), "v1_a.png")
	m, err = Scan(images, masks, ScanOptions{AllowUnlabelled: true})
	require.NoError(t, err)
	assert.NotEmpty(t, m[0].Mask)
	assert.Empty(t, m[1].Mask)
}

func TestScanMistakes(t *testing.T) {
	images := touch(t, t.TempDir(), "a.png", "b.png", "c.png", "d.png", "e.png")
	masks := touch(t, t.TempDir(), "a.png")
	tests := map[string]struct {
		images, masks string
		opt           ScanOptions
		want          []string
	}{
		"no image folder": {filepath.Join(images, "none"), masks, ScanOptions{},
			[]string{"images: no folder", "none"}},
		"no mask folder": {images, filepath.Join(masks, "none"), ScanOptions{},
			[]string{"masks: no folder", "none"}},
		"a file": {filepath.Join(images, "a.png"), "", ScanOptions{},
			[]string{"a.png is a file, not a folder"}},
		"no images": {t.TempDir(), "", ScanOptions{}, []string{"no images (.png .jpg"}},
		"unlabelled": {images, masks, ScanOptions{},
			[]string{"no mask in", `for 4 images: "b", "c", "d", …`}},
		"no pairs": {images, touch(t, t.TempDir(), "a_m.png", "b_m.png"), ScanOptions{},
			[]string{`5 images: "a", "b", "c", …`, `2 masks: "a_m", "b_m"`, `a pattern like "{stem}_mask.png"`}},
		"no mask fits the pattern": {images, masks, ScanOptions{MaskPattern: "{stem}_gt"},
			[]string{`no file named like "{stem}_gt" among 1 file: "a"`}},
		"two images": {touch(t, t.TempDir(), "a.png", "a.jpg"), "", ScanOptions{},
			[]string{"a.jpg and ", `a.png are both "a"`}},
		"two masks": {images, touch(t, t.TempDir(), "a.png", "a.bmp"), ScanOptions{},
			[]string{"masks: ", "a.bmp and ", `a.png are both "a"`}},
		"bad pattern": {images, masks, ScanOptions{MaskPattern: "*_mask.png"},
			[]string{"that holds {stem} once"}},
		"group": {images, "", ScanOptions{Group: regexp.MustCompile("^[a-d]$")},
			[]string{`group pattern "^[a-d]$" does not match 1 ID: "e"`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Scan(tt.images, tt.masks, tt.opt)
			for _, want := range tt.want {
				assert.ErrorContains(t, err, want)
			}
		})
	}
}

func TestCSVRoundTrip(t *testing.T) {
	dir := touch(t, t.TempDir(), "i/a.png", "i/b.png", "m/a.png")
	m := Manifest{
		{ID: "i/b", Image: filepath.Join(dir, "i/b.png"), Group: "g, 2", Fold: 1},
		{ID: "first", Image: filepath.Join(dir, "i/a.png"), Mask: filepath.Join(dir, "m/a.png"), Fold: NoFold},
	}
	file := filepath.Join(dir, "set.csv")
	require.NoError(t, WriteCSV(file, m))
	got, err := ReadCSV(file)
	require.NoError(t, err)
	assert.Equal(t, m, got)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(text), "i/a.png,m/a.png,,,first\n", "paths are relative to the file")

	m[1].Label = "ship"
	require.NoError(t, WriteCSV(file, m))
	got, err = ReadCSV(file)
	require.NoError(t, err)
	assert.Equal(t, m, got)

	m[0].Drawn = &Drawn{Source: "a.json"}
	assert.ErrorContains(t, WriteCSV(file, m), `the mask of "i/b" is in a.json, which a manifest cannot say`)
}

func TestCSVDefaults(t *testing.T) {
	dir := touch(t, t.TempDir(), "a.png", "set.csv")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "set.csv"), []byte("\ufeffImage\na.png\n"), 0o644))
	m, err := ReadCSV(filepath.Join(dir, "set.csv"))
	require.NoError(t, err)
	assert.Equal(t, Manifest{{ID: "a", Image: filepath.Join(dir, "a.png"), Fold: NoFold}}, m)
}

func TestCSVMistakes(t *testing.T) {
	tests := map[string]struct {
		text string
		want []string
	}{
		"empty":      {"", []string{"is empty"}},
		"no records": {"image,mask\n", []string{"has no records"}},
		"unknown column": {"image,weather\n",
			[]string{`line 1: no column "weather"; there are: image, mask, group, fold, id, label`}},
		"twice":         {"image,image\n", []string{`line 1: column "image" occurs twice`}},
		"no image":      {"mask\n", []string{`line 1: needs a column "image"`}},
		"cells missing": {"image,mask\na.png\n", []string{"line 2"}},
		"several": {"image,mask,fold\na.png,x.png,one\nb.png,,-1\n,,\na.png,,0\n", []string{
			"line 2: mask: no file ", "x.png", `line 2: fold: must be a whole number from 0, not "one"`,
			"line 3: image: no file ", `line 3: fold: must`, "line 4: image: is empty",
			`line 5: id "a" is that of line 2`}},
		"many": {"image\n" + strings.Repeat("no.png\n", 20), []string{"line 2: image: no file", "mistakes"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir := touch(t, t.TempDir(), "a.png")
			file := filepath.Join(dir, "set.csv")
			require.NoError(t, os.WriteFile(file, []byte(tt.text), 0o644))
			_, err := ReadCSV(file)
			assert.ErrorContains(t, err, file)
			for _, want := range tt.want {
				assert.ErrorContains(t, err, want)
			}
		})
	}
	_, err := ReadCSV(filepath.Join(t.TempDir(), "none.csv"))
	assert.ErrorContains(t, err, "none.csv")
}

// manifest returns n records in groups of the given size; 0 makes no groups.
func manifest(n, group int) (m Manifest) {
	for i := range n {
		r := Record{ID: fmt.Sprintf("%03d", i)}
		if group > 0 {
			r.Group = fmt.Sprint(i / group)
		}
		m = append(m, r)
	}
	return m
}

func TestHoldOut(t *testing.T) {
	train, val, err := HoldOut(manifest(100, 0), 0.2, 1)
	require.NoError(t, err)
	assert.Len(t, val, 20)
	assert.ElementsMatch(t, ids(manifest(100, 0)), append(ids(train), ids(val)...))

	_, other, err := HoldOut(manifest(100, 0), 0.2, 2)
	require.NoError(t, err)
	assert.NotEqual(t, ids(val), ids(other))

	backwards := manifest(100, 0)
	slices.Reverse(backwards)
	_, same, err := HoldOut(backwards, 0.2, 1)
	require.NoError(t, err)
	assert.ElementsMatch(t, ids(val), ids(same), "the order of the manifest must not matter")
}

func TestHoldOutKeepsGroupsWhole(t *testing.T) {
	for seed := range uint64(20) {
		train, val, err := HoldOut(manifest(60, 7), 0.25, seed)
		require.NoError(t, err)
		assert.InDelta(t, 15, len(val), 4)
		for _, a := range train {
			for _, b := range val {
				require.NotEqual(t, a.Group, b.Group)
			}
		}
	}
}

func TestHoldOutMistakes(t *testing.T) {
	for _, fraction := range []float64{0, 1, -1} {
		_, _, err := HoldOut(manifest(4, 0), fraction, 1)
		assert.ErrorContains(t, err, "between 0 and 1")
	}
	_, _, err := HoldOut(manifest(5, 5), 0.5, 1)
	assert.ErrorContains(t, err, "5 images in 1 group(s)")
	train, val, err := HoldOut(manifest(2, 0), 0.01, 1)
	require.NoError(t, err)
	assert.Len(t, train, 1)
	assert.Len(t, val, 1)
}
