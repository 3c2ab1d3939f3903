package workflow

import (
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/data"
	"tessera/segtrain/raster"
	"tessera/segtrain/record"
)

// csvSet writes 12 images of 2 videos in a manifest; class 1 is in three of them.
func csvSet(t *testing.T) string {
	dir := t.TempDir()
	var m data.Manifest
	for i := range 12 {
		image, mask := filepath.Join(dir, fmt.Sprintf("%d.png", i)), filepath.Join(dir, fmt.Sprintf("m%d.png", i))
		require.NoError(t, raster.WritePNG(image, raster.NewImage(32, 32, 3)))
		truth := raster.NewMask(32, 32)
		if i%4 == 0 {
			truth.Pix[i] = 1
		}
		require.NoError(t, raster.WriteMask(mask, truth, []color.RGBA(nil)))
		m = append(m, data.Record{
			ID: fmt.Sprintf("v%d/%d", i%2, i), Image: image, Mask: mask, Fold: i / 4, Group: fmt.Sprint(i % 2),
			Label: []string{"a", "b", "c"}[i%3],
		})
	}
	file := filepath.Join(dir, "set.csv")
	require.NoError(t, data.WriteCSV(file, m))
	return file
}

// TestFoldsThatPartWhatLooksTheSame parts a picture from its mirror image.
func TestFoldsThatPartWhatLooksTheSame(t *testing.T) {
	dir := t.TempDir()
	var m data.Manifest
	for i := range 2 {
		im := raster.NewImage(36, 36, 1)
		for j := range im.Pix8 {
			y, x := j/36, j%36
			if i == 1 {
				x = 35 - x
			}
			im.Pix8[j] = uint8(y*y/10 + 3*x)
		}
		name := fmt.Sprint(i)
		m = append(m, data.Record{ID: name, Image: filepath.Join(dir, name+".png"), Mask: filepath.Join(dir, "m"+name+".png"), Fold: i})
		require.NoError(t, raster.WritePNG(m[i].Image, im))
		require.NoError(t, raster.WriteMask(m[i].Mask, raster.NewMask(36, 36), nil))
	}
	file := filepath.Join(dir, "set.csv")
	require.NoError(t, data.WriteCSV(file, m))
	f, err := Split(parse(t, "data.kind=csv", "data.manifest="+file, "data.classes=2", "data.val.fold=0"), Options{})
	require.NoError(t, err)
	assert.NotContains(t, strings.Join(f.Warnings, " "), "look the same")
	calls := 0
	require.NoError(t, f.FindAlike(t.Context(), func(int, int) { calls++ }))
	assert.Equal(t, 2, calls)
	require.Len(t, f.Alike, 1)
	assert.True(t, f.Alike[0].Turned)
	assert.Contains(t, f.Warnings[len(f.Warnings)-1], "(1 pair, 1 mirrored or turned; first ")
}

func TestFoldsOfEveryKind(t *testing.T) {
	csv := []string{"data.kind=csv", "data.manifest=" + csvSet(t), "data.classes=2"}
	for _, c := range []struct {
		settings []string
		kind     string
		folds    []int // images in each
		warning  string
	}{
		{[]string{"data.val.fraction=0.3"}, "holdout", []int{6}, `class "class_1" is in none of the validation`},
		{[]string{"data.val.fold=1"}, "manifest", []int{4, 4, 4}, "groups train in one image and validate in another (2: 0, 1)"},
		{[]string{"data.split.kind=kfold", "data.split.k=4"}, "kfold", []int{3, 3, 3, 3}, "groups train"},
		{[]string{"data.split.kind=stratified", "data.split.k=3"}, "stratified", []int{4, 4, 4}, "groups train"},
		{[]string{"data.split={kind: stratified, k: 4, by: label}"}, "stratified", []int{3, 3, 3, 3}, "is in none of"},
		{[]string{"data.split={kind: stratified, k: 3, by: empty}"}, "stratified", []int{4, 4, 4}, "groups train"},
		{[]string{"data.split={kind: group, k: 2, repeats: 2}"}, "group", []int{6, 6, 6, 6}, "repeat 2 has the same folds as repeat 1"},
		{[]string{"data.split.kind=stratified_group", "data.split.k=2"}, "stratified_group", []int{6, 6}, "is in none"},
	} {
		f, err := Split(parse(t, append(csv, c.settings...)...), Options{})
		require.NoError(t, err, "%v", c.settings)
		assert.Equal(t, c.kind, f.Kind)
		var sizes []int
		for _, p := range f.Balance.Folds {
			sizes = append(sizes, p.Images)
		}
		assert.Equal(t, c.folds, sizes, "%v", c.settings)
		assert.Contains(t, strings.Join(f.Warnings, "\n"), c.warning, "%v", c.settings)
	}
}

func TestSplitFileGivesTheSameFolds(t *testing.T) {
	csv := []string{"data.kind=csv", "data.manifest=" + csvSet(t), "data.classes=2"}
	made := parse(t, append(csv, "data.split={kind: stratified, k: 3}", "data.val.fold=2")...)
	f, err := Split(made, Options{})
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "split.csv")
	require.NoError(t, f.Write(file))
	require.NoError(t, f.Write(file), "again")
	read := parse(t, append(csv, "data.split={kind: file, file: "+file+"}", "data.val.fold=2")...)
	one, err := openSource(made, "")
	require.NoError(t, err)
	two, err := openSource(read, "")
	require.NoError(t, err)
	assert.Equal(t, one.val, two.val)
	assert.Equal(t, one.train, two.train)
	assert.Equal(t, f.Hash, two.split.Hash())

	other, err := Split(parse(t, append(csv, "data.split={kind: kfold, k: 3}")...), Options{})
	require.NoError(t, err)
	assert.ErrorContains(t, other.Write(file), "holds another split")
	_, err = openSource(parse(t, append(csv, "data.split={kind: file, file: "+file+"}", "data.val.fold=3")...), "")
	assert.ErrorContains(t, err, "data.val.fold: 3 holds out 0 of 12 samples; there are folds 0 to 2")
	require.NoError(t, os.WriteFile(file, []byte("id,fold\nv0/0,0\nv1/1,1\n"), 0o666))
	_, err = openSource(read, "")
	assert.ErrorContains(t, err, "was changed")
	require.NoError(t, os.Remove(file+".sha256"))
	_, err = openSource(read, "")
	assert.ErrorContains(t, err, "has no fold for 10 images")
}

func TestFolderPairsLeak(t *testing.T) {
	dir := t.TempDir()
	for _, id := range []string{"train/a_1", "train/b_1", "val/a_2"} {
		image, mask := filepath.Join(dir, id+".png"), filepath.Join(dir, "m", id+".png")
		for _, file := range []string{image, mask} {
			require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o777))
		}
		require.NoError(t, raster.WritePNG(image, raster.NewImage(32, 32, 3)))
		require.NoError(t, raster.WriteMask(mask, raster.NewMask(32, 32), []color.RGBA(nil)))
	}
	f, err := Split(parse(t, "data.kind=folders", "data.images="+dir+"/train", "data.masks="+dir+"/m/train",
		"data.val.images="+dir+"/val", "data.val.masks="+dir+"/m/val", "data.classes=2", "data.group=^([^_]+)_"), Options{})
	require.NoError(t, err)
	assert.Equal(t, []string{"a"}, f.Leaks)
	assert.Equal(t, 3, f.Balance.All.Images)
	assert.Equal(t, 1, f.Balance.Folds[0].Images)
}

func TestResumeRefusesOtherFolds(t *testing.T) {
	run, err := record.Create(t.TempDir())
	require.NoError(t, err)
	defer run.Close()
	a := record.Split{Hash: "aaaaaaaaaaaaaaaa", Fold: 1}
	require.NoError(t, run.CheckSplit(a), "a run of an older version has none")
	require.NoError(t, run.Append("split", a))
	require.NoError(t, run.CheckSplit(a))
	assert.ErrorContains(t, run.CheckSplit(record.Split{Hash: "b", Fold: 1}), "is aaaaaaaaaaaa…, fold 1, and now it is b…, fold 1")
	assert.Error(t, run.CheckSplit(record.Split{Hash: a.Hash}))
}
