package submission

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/data"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
)

func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "sample.csv")
	require.NoError(t, os.WriteFile(name, []byte(text), 0o666))
	return name
}

func sample(t *testing.T, text string, table Table) *Sample {
	t.Helper()
	s, err := ReadSample(file(t, text), table)
	require.NoError(t, err)
	return s
}

// The sample's order, ids, columns, and cells of columns that mean nothing here.
func TestSampleRules(t *testing.T) {
	s := spec(t, "clouds")
	table := sample(t, "weight,Image_Label,EncodedPixels\n0.5,b.jpg_bird,1 1\n0.5,a.jpg_bird,1 1\n2,a.jpg_fish,1 1\n3,b.jpg_fish,1 1\n", s.Table)
	text, r := write(t, folder(t, metric.Multiclass, three, hand), s, Options{Sample: table})
	assert.Equal(t, "weight,Image_Label,EncodedPixels\n0.5,b.jpg_bird,\n0.5,a.jpg_bird,3 1 11 1\n2,a.jpg_fish,4 2 7 2\n3,b.jpg_fish,\n", text)
	assert.Empty(t, r.Warnings)
}

// Columns of other names are found by their places, and keep the sample's names.
func TestSampleNamesColumns(t *testing.T) {
	s := spec(t, "dacon", "fish")
	text, r := write(t, folder(t, metric.Multiclass, three, hand), s, Options{Sample: sample(t, "Id,Rle\nb.png,-\na.png,-\n", s.Table)})
	assert.Equal(t, "Id,Rle\nb.png,-1\na.png,2 2 6 2\n", text)
	require.Len(t, r.Warnings, 1)
	assert.Contains(t, r.Warnings[0], `hold "-", but an empty mask is written as "-1"`)
}

// A sample with a row an image, of a table that has a row for each class or for each region.
func TestSampleWithARowAnImage(t *testing.T) {
	s := spec(t, "severstal")
	text, r := write(t, folder(t, metric.Multiclass, three, hand), s,
		Options{Sample: sample(t, "ImageId,EncodedPixels,ClassId\nb.jpg,1 409600,1\na.jpg,1 409600,1\n", s.Table)})
	assert.Equal(t, "ImageId,EncodedPixels,ClassId\nb.jpg,,1\nb.jpg,,2\na.jpg,4 2 7 2,1\na.jpg,3 1 11 1,2\n", text)
	require.Len(t, r.Warnings, 1)
	assert.Contains(t, r.Warnings[0], "rows are written for all of fish, bird")

	s = spec(t, "airbus", "bird")
	text, _ = write(t, folder(t, metric.Multiclass, three, hand), s,
		Options{Sample: sample(t, "ImageId,EncodedPixels\nb.jpg,1 2\na.jpg,1 2\n", s.Table)})
	assert.Equal(t, "ImageId,EncodedPixels\nb.jpg,\na.jpg,3 1\na.jpg,11 1\n", text)
}

func TestSampleMismatch(t *testing.T) {
	s := spec(t, "salt", "fish")
	m := folder(t, metric.Multiclass, three, map[string]*raster.Mask{
		"a": hand["a"], "x1": hand["b"], "x2": hand["b"], "x3": hand["b"], "x4": hand["b"], "x5": hand["b"], "x6": hand["b"]})
	table := sample(t, "id,rle_mask\nz,\na,\ny,\n", s.Table)
	out := filepath.Join(t.TempDir(), "s.csv")
	_, err := Write(context.Background(), m, s, Options{Out: out, Sample: table})
	var mismatch *MismatchError
	require.True(t, errors.As(err, &mismatch))
	assert.Equal(t, []string{"z", "y"}, mismatch.Missing)
	assert.Equal(t, []string{"x1", "x2", "x3", "x4", "x5", "x6"}, mismatch.Extra)
	assert.Contains(t, err.Error(), "missing, not in "+m.Dir()+": 2: z, y\n")
	assert.Contains(t, err.Error(), ": 6: x1, x2, x3, x4, x5, …")
	assert.NoFileExists(t, out)

	text, r := write(t, m, s, Options{Sample: table, Partial: true})
	require.Len(t, r.Warnings, 2)
	assert.Equal(t, "written empty, not in "+m.Dir()+": 2: z, y", r.Warnings[0])
	assert.Contains(t, r.Warnings[1], "left out, not in ")
	assert.Equal(t, "id,rle_mask\nz,\na,4 2 7 2\ny,\n", text)
}

func TestSampleLacksAClass(t *testing.T) {
	s := spec(t, "clouds")
	_, err := Write(context.Background(), folder(t, metric.Multiclass, three, hand), s, Options{Out: filepath.Join(t.TempDir(), "s.csv"),
		Sample: sample(t, "Image_Label,EncodedPixels\na_fish,\nb_fish,\nb_bird,\n", s.Table)})
	assert.ErrorContains(t, err, `1: class "bird" of a`)
}

func TestBadSamples(t *testing.T) {
	clouds, severstal, airbus := dialect(t, "clouds"), dialect(t, "severstal"), dialect(t, "airbus")
	for _, test := range []struct {
		text, want string
		table      Table
	}{
		{"", "is empty", clouds},
		{"Image_Label,EncodedPixels\n", "has no rows", clouds},
		{"Image_Label\n", "one column", clouds},
		{"Image_Label,EncodedPixels\na\n", "wrong number of fields", clouds},
		{"Image_Label,EncodedPixels\na,\n", `line 2: "a" holds no "_"`, clouds},
		{"Image_Label,EncodedPixels\na_,\n", "line 2: names no class", clouds},
		{"Image_Label,EncodedPixels\n_fish,\n", "line 2: names no image", clouds},
		{"Image_Label,EncodedPixels\na_fish,\na_fish,\n", `line 3: "a" of class "fish" again, as in line 2`, clouds},
		{"ImageId,EncodedPixels\na,\n", `no column "ClassId" for the class`, severstal},
		{"x,y,z\na,1,2\n", `no columns "ImageId" and "EncodedPixels"`, airbus},
		{"ImageId,EncodedPixels\na,\nb,\na,\n", `line 4: "a" again, as in line 2`, airbus},
	} {
		_, err := ReadSample(file(t, test.text), test.table)
		assert.ErrorContains(t, err, test.want)
	}
	s := spec(t, "clouds")
	m := folder(t, metric.Multiclass, three, hand)
	for text, want := range map[string]string{
		"Image_Label,EncodedPixels\na_cow,\n":               `line 2: class "cow" is none of those that are written: fish, bird`,
		"Image_Label,EncodedPixels\na.jpg_fish,\na_bird,\n": `"a" means the mask of "a", which "a.jpg" means already`,
	} {
		_, err := Write(context.Background(), m, s, Options{Out: filepath.Join(t.TempDir(), "s.csv"), Sample: sample(t, text, s.Table)})
		assert.ErrorContains(t, err, want)
	}
}

func TestBadFolders(t *testing.T) {
	dir := t.TempDir()
	_, err := Open(dir, metric.Multiclass, three)
	assert.ErrorContains(t, err, "no masks in "+dir+": segtrain predict RUN IMAGES --out DIR writes them")
	_, err = Open(filepath.Join(dir, "none"), metric.Multiclass, three)
	assert.ErrorContains(t, err, "no folder")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "masks", "fish"), 0o777))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "masks", "bird"), 0o777))
	require.NoError(t, raster.WriteMask(filepath.Join(dir, "masks", "fish", "a.png"), hand["b"], nil))
	require.NoError(t, raster.WriteMask(filepath.Join(dir, "masks", "bird", "b.png"), hand["b"], nil))
	_, err = Open(dir, metric.Multilabel, []string{"fish", "bird"})
	assert.ErrorContains(t, err, "1: a\n")
	assert.ErrorContains(t, err, "1: b")
}

// The masks hold a class that has no name.
func TestClassesBeyondTheNames(t *testing.T) {
	out := filepath.Join(t.TempDir(), "s.csv")
	m := folder(t, metric.Multiclass, three[:2], map[string]*raster.Mask{"a": hand["a"]})
	_, err := Write(context.Background(), m, Spec{Format: RLE, Classes: three[:2], Written: []int{1}, Table: dialect(t, "salt")},
		Options{Out: out})
	assert.ErrorContains(t, err, "value 2 at pixel (x 3, y 1); allowed: 0 to 1")
	assert.NoFileExists(t, out)
}

func TestSizes(t *testing.T) {
	m := folder(t, metric.Multiclass, three, hand) // 3×4 and 2×3
	s := spec(t, "salt", "fish")
	s.H, s.W = 6, 8
	text, r := write(t, m, s, Options{})
	assert.Equal(t, "id,rle_mask\na,13 4 19 4 25 4 31 4\nb,\n", text) // each pixel of a is 2×2
	assert.Equal(t, 2, r.Resized)
	require.Len(t, r.Warnings, 1)
	assert.Contains(t, r.Warnings[0], "1: b from 2×3 to 6×8")

	s.Keep = true
	_, err := Write(context.Background(), m, s, Options{Out: filepath.Join(t.TempDir(), "s.csv")})
	assert.ErrorContains(t, err, "the mask of a is 3×4, but 6×8 is asked, and masks are not to be resized")
	assert.ErrorContains(t, err, "the mask of b is 2×3")

	pictures := t.TempDir()
	require.NoError(t, raster.WritePNG(filepath.Join(pictures, "a.png"), raster.NewImage(6, 8, 3)))
	_, err = PictureSizes(m, pictures)
	assert.ErrorContains(t, err, "too much, not in "+pictures+": 1: b")
	require.NoError(t, raster.WritePNG(filepath.Join(pictures, "b.png"), raster.NewImage(2, 3, 3)))
	require.NoError(t, raster.WritePNG(filepath.Join(pictures, "c.png"), raster.NewImage(2, 3, 3)))
	s = spec(t, "salt", "fish")
	s.SizeOf, err = PictureSizes(m, pictures)
	require.NoError(t, err)
	text, r = write(t, m, s, Options{})
	assert.Equal(t, "id,rle_mask\na,13 4 19 4 25 4 31 4\nb,\n", text)
	assert.Equal(t, 1, r.Resized)
}

// A sample of pictures says sizes and names.
func TestPicturesMismatch(t *testing.T) {
	m := folder(t, metric.Multiclass, three, hand)
	dir := t.TempDir()
	require.NoError(t, raster.WriteMask(filepath.Join(dir, "a.png"), raster.NewMask(9, 12), nil))
	s := Spec{Format: PNG, Classes: three, Written: []int{1, 2}}
	out := filepath.Join(t.TempDir(), "out")
	_, err := Write(context.Background(), m, s, Options{Out: out, Pictures: read(t, dir)})
	assert.ErrorContains(t, err, "too much, not in "+dir+": 1: b.png")
	r, err := Write(context.Background(), m, s, Options{Out: out, Pictures: read(t, dir), Partial: true})
	require.NoError(t, err)
	assert.Equal(t, 1, r.Files)
	info, err := raster.Probe(filepath.Join(out, "a.png"))
	require.NoError(t, err)
	assert.Equal(t, [2]int{9, 12}, [2]int{info.H, info.W})
	_, err = ReadPictures(t.TempDir())
	assert.ErrorContains(t, err, "no PNG files")
}

func TestOutIsNotReplaced(t *testing.T) {
	m, s := folder(t, metric.Multiclass, three, hand), spec(t, "salt", "fish")
	out := filepath.Join(t.TempDir(), "s.csv")
	require.NoError(t, os.WriteFile(out, []byte("mine"), 0o666))
	_, err := Write(context.Background(), m, s, Options{Out: out})
	assert.ErrorContains(t, err, "is there already: replace it with --force")
	text, err := os.ReadFile(out)
	require.NoError(t, err)
	assert.Equal(t, "mine", string(text))
	text2, _ := write(t, m, s, Options{Out: out, Force: true})
	assert.Equal(t, "id,rle_mask\na,4 2 7 2\nb,\n", text2)

	s = Spec{Format: PNG, Classes: three, Written: []int{1}}
	dir := filepath.Join(t.TempDir(), "out")
	for range 2 {
		_, err = Write(context.Background(), m, s, Options{Out: dir, Force: true})
		require.NoError(t, err)
	}
	_, err = Write(context.Background(), m, s, Options{Out: dir})
	assert.ErrorContains(t, err, "is there already")
	_, err = Write(context.Background(), m, s, Options{Out: m.Dir(), Force: true})
	assert.ErrorContains(t, err, "lie in one another")
	_, err = Write(context.Background(), m, s, Options{Out: filepath.Join(t.TempDir(), "x.csv")})
	assert.ErrorContains(t, err, "is the name of a table")
	_, err = Write(context.Background(), m, spec(t, "salt", "fish"), Options{Out: "x.txt"})
	assert.ErrorContains(t, err, "ends in neither .csv nor .zip")
}

// What does not read back never gets its name: here the masks change between writing and comparing.
func TestNothingIsLeftOfWhatDoesNotReadBack(t *testing.T) {
	for _, test := range []struct {
		spec Spec
		out  string
	}{
		{spec(t, "salt", "fish"), "s.csv"}, {spec(t, "airbus", "fish"), "s.zip"},
		{Spec{Format: PNG, Classes: three, Written: []int{1}}, "folder"}, {Spec{Format: Binary, Classes: three, Written: []int{1, 2}}, "b.zip"},
	} {
		m := folder(t, metric.Multiclass, three, hand)
		out := filepath.Join(t.TempDir(), test.out)
		_, err := Write(context.Background(), m, test.spec, Options{Out: out, Progress: func(done, total int) {
			if done == total/2 {
				changed := drawn("0110", "0112", "2001")
				require.NoError(t, raster.WriteMask(filepath.Join(m.Dir(), "a.png"), changed, nil))
			}
		}})
		assert.ErrorContains(t, err, "does not read back")
		assert.ErrorContains(t, err, "x 3, y 2")
		left, err := os.ReadDir(filepath.Dir(out))
		require.NoError(t, err)
		assert.Empty(t, left)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	out := filepath.Join(t.TempDir(), "s.csv")
	_, err := Write(ctx, folder(t, metric.Multiclass, three, hand), spec(t, "salt", "fish"), Options{Out: out})
	assert.ErrorIs(t, err, context.Canceled)
	assert.NoFileExists(t, out)
}

// An id that holds what parts image and class is refused, unless a sample says how it is written.
func TestJoint(t *testing.T) {
	m := folder(t, metric.Multiclass, three, map[string]*raster.Mask{"a_1": hand["a"]})
	s := spec(t, "clouds")
	_, err := Write(context.Background(), m, s, Options{Out: filepath.Join(t.TempDir(), "s.csv")})
	assert.ErrorContains(t, err, `ids that hold "_"`)
	assert.ErrorContains(t, err, "1: a_1")
	text, _ := write(t, m, s, Options{Sample: sample(t, "Image_Label,EncodedPixels\na_1_bird,\na_1_fish,\n", s.Table)})
	assert.Equal(t, "Image_Label,EncodedPixels\na_1_bird,3 1 11 1\na_1_fish,4 2 7 2\n", text)

	s.Classes = []string{"sky", "sugar_cane", "bird"}
	assert.ErrorContains(t, s.Check(), `class "sugar_cane" holds "_"`)
	s.Table.ClassBy = ByNumber
	assert.NoError(t, s.Check())
}

func TestCheck(t *testing.T) {
	good := func() Spec { return Spec{Format: RLE, Classes: three, Written: []int{1}, Table: dialect(t, "salt")} }
	for want, change := range map[string]func(*Spec){
		`no format "tiff"; there are: rle, png, palette, binary`: func(s *Spec) { s.Format = "tiff" },
		"no classes to write":                func(s *Spec) { s.Written = nil },
		"size 4×0":                           func(s *Spec) { s.H = 4 },
		"no place for a class, but 2":        func(s *Spec) { s.Written = []int{1, 2} },
		"components of 6 neighbours":         func(s *Spec) { s.Table.Components = 6 },
		"the first pixel is number 2":        func(s *Spec) { s.Table.Code.Base = 2 },
		`no order "diagonal"`:                func(s *Spec) { s.Table.Code.Order = "diagonal" },
		`no way "color" to name a class`:     func(s *Spec) { s.Table.ClassBy = "color" },
		"needs names for the columns":        func(s *Spec) { s.Table.Runs = "" },
		`columns "id", "" and "id" must`:     func(s *Spec) { s.Table.Runs = "id" },
		"2 values for 3 classes":             func(s *Spec) { s.Format, s.Values = PNG, []int{1, 2} },
		"value 300 of class 1":               func(s *Spec) { s.Format, s.Values = PNG, []int{1, 300, 2} },
		"value 1 stands for classes 0 and 2": func(s *Spec) { s.Format, s.Values = PNG, []int{1, 2, 1} },
		"0 colours for 3 classes":            func(s *Spec) { s.Format = Palette },
	} {
		s := good()
		require.NoError(t, s.Check())
		change(&s)
		assert.ErrorContains(t, s.Check(), want)
	}
	_, err := ChooseClasses(metric.Multiclass, three, []string{"cow"}, 0)
	assert.ErrorContains(t, err, `no class "cow"; there are: sky, fish, bird`)
	_, err = ChooseClasses(metric.Multiclass, three, []string{"fish", "fish"}, 0)
	assert.ErrorContains(t, err, "named twice")
	list, err := ChooseClasses(metric.Multilabel, three, nil, 0)
	require.NoError(t, err)
	assert.Equal(t, []int{0, 1, 2}, list)
}

// decode refuses a table whose rows are others than those wanted.
func TestDecodeRefuses(t *testing.T) {
	s := spec(t, "salt", "fish")
	items := []item{{image: 0, class: 1, name: "a"}, {image: 1, class: 1, name: "b"}}
	for text, want := range map[string]string{
		"id,rle\na,\nb,\n":             "columns",
		"id,rle_mask\nb,\na,\n":        `line 3: "a" is not wanted here`,
		"id,rle_mask\na,\n":            `no row of "b"`,
		"id,rle_mask\na,\na,1 1\nb,\n": `2 rows of "a"`,
		"id,rle_mask\na,\nb,\nc,\n":    `line 4: "c" is not wanted here`,
		"id,rle_mask\na,\"x\n":         "extraneous or missing",
	} {
		_, err := s.decode([]byte(text), items, nil)
		assert.ErrorContains(t, err, want, text)
	}
	table := Table{RLETable: data.RLETable{Code: raster.RLE{Order: raster.RowMajor, Base: 1}}}
	assert.ErrorContains(t, table.same([]string{"1 2", "2 1"}, drawn("11"), 1), "overlap")
	assert.ErrorContains(t, table.same([]string{"1 1"}, drawn("11"), 1), "x 1, y 0 reads back otherwise")
	assert.ErrorContains(t, table.same([]string{"1 3"}, drawn("11"), 1), "leaves the picture")
}
