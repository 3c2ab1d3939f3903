package data

import (
	"image/color"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

// pictures writes pictures of h×w below a new folder.
func pictures(t *testing.T, h, w int, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		file := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o777))
		require.NoError(t, raster.WritePNG(file, raster.NewImage(h, w, 1)))
	}
	return dir
}

// written writes a text to a file of its own.
func written(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
	return file
}

func texts(findings Findings) (list []string) {
	for _, f := range findings {
		list = append(list, f.What)
	}
	return list
}

const coco = `{
 "images": [{"id": 7, "file_name": "b.png", "height": 4, "width": 5}, {"id": 3, "file_name": "x/a.png", "height": 4, "width": 5}],
 "categories": [{"id": 11, "name": "cat"}, {"id": 40, "name": "cow"}, {"id": 2, "name": "unused"}],
 "annotations": [
  {"id": 1, "image_id": 7, "category_id": 11, "iscrowd": 0, "segmentation": [[0, 0, 5, 0, 5, 2, 0, 2]]},
  {"id": 2, "image_id": 7, "category_id": 40, "segmentation": {"size": [4, 5], "counts": [0, 1, 19]}},
  {"id": 3, "image_id": 7, "category_id": 40, "iscrowd": 1, "segmentation": {"size": [4, 5], "counts": "COUNTS"}},
  {"id": 4, "image_id": 7, "category_id": 11, "segmentation": []}
 ]}`

func TestReadCOCO(t *testing.T) {
	images := pictures(t, 4, 5, "b.png", "x/a.png")
	last := raster.Runs{H: 4, W: 5, Order: raster.ColumnMajor, Counts: []int{18, 2}}
	file := written(t, "a.json", strings.Replace(coco, "COUNTS", last.COCO(), 1))
	opt := RegionOptions{Images: images, Classes: []string{"ground", "cow", "pet"}, Map: map[int]uint8{11: 2}, Ignore: 255}
	m, findings, err := ReadCOCO(file, opt)
	require.NoError(t, err)
	assert.Equal(t, Findings{{Kind: "shape", Where: file + ": annotations[3] (id 4)",
		What: "no segmentation: it marks no pixel", Warning: true}}, findings)
	require.NoError(t, findings.Err())
	require.Equal(t, []string{"b", "x/a"}, ids(m))
	mask, err := m[0].ReadMask(raster.MaskCode{}, 4, 5)
	require.NoError(t, err)
	assert.Equal(t, []uint8{
		1, 2, 2, 2, 2,
		2, 2, 2, 2, 2,
		0, 0, 0, 0, 255,
		0, 0, 0, 0, 255}, mask.Pix)
	empty, err := m[1].ReadMask(raster.MaskCode{}, 4, 5)
	require.NoError(t, err)
	assert.Equal(t, raster.NewMask(4, 5), empty)
	_, err = m[0].ReadMask(raster.MaskCode{}, 5, 4)
	assert.ErrorContains(t, err, "a.json: says 4×5 pixels (height × width), but the image has 5×4")

	opt.Ignore = -1 // a crowd is of its class then
	m, _, err = ReadCOCO(file, opt)
	require.NoError(t, err)
	mask, err = m[0].ReadMask(raster.MaskCode{}, 4, 5)
	require.NoError(t, err)
	assert.Equal(t, uint8(1), mask.Pix[14])
}

func TestOverlap(t *testing.T) {
	code := &raster.RLE{Order: raster.RowMajor}
	d := Drawn{Regions: []Region{{"1", 1, pairs{code, "0 1"}}, {"2", 2, pairs{code, "0 3"}}}}
	for overlap, want := range map[Overlap][]uint8{LaterOnTop: {2, 2, 2, 0}, SmallerOnTop: {1, 2, 2, 0}} {
		d.Overlap = overlap
		m, err := d.Mask(1, 4)
		require.NoError(t, err)
		assert.Equal(t, want, m.Pix)
	}
}

func TestFindingsInCOCO(t *testing.T) {
	images := pictures(t, 4, 5, "a.png", "b.png", "c.png")
	file := written(t, "a.json", `{
 "images": [{"id": 1, "file_name": "a.png", "height": 4, "width": 5}, {"id": 1, "file_name": "b.png", "height": 4, "width": 5},
  {"id": 2, "file_name": "no.png", "height": 4, "width": 5}, {"id": 3, "file_name": "a", "height": 4, "width": 5}],
 "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "kite"}, {"id": 1, "name": "cat"}],
 "annotations": [
  {"id": 1, "image_id": 9, "category_id": 1, "segmentation": []},
  {"id": 2, "image_id": 1, "category_id": 9, "segmentation": []},
  {"id": 2, "image_id": 1, "category_id": 1, "segmentation": []},
  {"id": 4, "image_id": 1, "category_id": 2, "segmentation": []},
  {"id": 5, "image_id": 1, "category_id": 1, "segmentation": [[0, 0, 1, 1]]},
  {"id": 6, "image_id": 1, "category_id": 1, "segmentation": [[9, 9, 12, 9, 12, 12]]},
  {"id": 7, "image_id": 1, "category_id": 1, "segmentation": [[0, 0, 12, 0, 12, 12]]},
  {"id": 8, "image_id": 1, "category_id": 1, "segmentation": {"size": [4], "counts": "0"}},
  {"id": 9, "image_id": 1, "category_id": 1, "segmentation": {"size": [4, 5], "counts": 3}},
  {"id": 10, "image_id": 1, "category_id": 1, "segmentation": "x"}
 ]}`)
	_, findings, err := ReadCOCO(file, RegionOptions{Images: images, Classes: []string{"ground", "cat"}, Ignore: -1})
	require.NoError(t, err)
	assert.Equal(t, []string{
		"the id is that of images[0]; allowed: each once",
		`no image "no.png" in ` + images,
		"the picture a.png is that of images[0]; allowed: each once",
		"the id is that of categories[0]; allowed: each once",
		`image_id 9 is no id in "images"`,
		`category_id 9 is no id in "categories"`,
		"the id is that of annotations[1]; allowed: each once",
		"segmentation: polygon 1 has 4 numbers; allowed: x and y of three or more corners",
		"the polygon lies outside: x 9 to 12 and y 9 to 12; the image has x 0 to 5 and y 0 to 4",
		"the polygon is cut off: x 0 to 12 and y 0 to 12; the image has x 0 to 5 and y 0 to 4",
		`segmentation: run-lengths want "size": [height, width]`,
		`segmentation: run-lengths want "counts": a list of whole numbers, or a text`,
		`segmentation: wants polygons, [[x, y, x, y, x, y, …], …], or run-lengths, {"size": [h, w], "counts": …}`,
		`"kite" is no class; allowed: ground, cat, or a line in the map of category numbers to classes; annotations with it: 1`,
		`2 images: "b.png", "c.png" not in ` + file + `; allowed with unlisted: empty (background alone) or skip (left out)`,
	}, texts(findings))
	assert.Equal(t, file+": annotations[4] (id 5)", findings[7].Where)
	assert.Len(t, findings.Warnings(), 1)
	assert.ErrorContains(t, findings.Err(), "and 4 more mistakes")
}

func TestCOCOThatCannotBeRead(t *testing.T) {
	images := pictures(t, 4, 5, "a.png")
	opt := RegionOptions{Images: images, Classes: []string{"ground", "cat"}, Ignore: -1}
	for text, want := range map[string]string{
		"{\n\"images\": [}":                "a.json: line 2: invalid character '}'",
		"{\"images\":\n[{\"id\": \"x\"}]}": "a.json: line 2: images.id: wants int, not a JSON string",
		"[1, 2]":                           `a.json: line 1: wants an object with "images", "annotations" and "categories", not a JSON array`,
		"{}":                               `a.json: no "images": is it a COCO file?`,
	} {
		_, _, err := ReadCOCO(written(t, "a.json", text), opt)
		assert.ErrorContains(t, err, want)
	}
	_, _, err := ReadCOCO("none.json", opt)
	assert.ErrorContains(t, err, "none.json")
	opt.Background = 5
	_, _, err = ReadCOCO(written(t, "a.json", strings.Replace(coco, "COUNTS", "0", 1)), opt)
	assert.ErrorContains(t, err, "background: class 5; allowed: 0 to 1")
	opt.Background, opt.Images = 0, "nowhere"
	_, _, err = ReadCOCO(written(t, "a.json", coco), opt)
	assert.ErrorContains(t, err, "no folder nowhere")
}

func TestCategoryOfTheBackground(t *testing.T) {
	images := pictures(t, 4, 5, "b.png", "x/a.png")
	file := written(t, "a.json", coco)
	_, findings, err := ReadCOCO(file, RegionOptions{Images: images, Classes: []string{"cat", "cow"}, Ignore: -1})
	require.NoError(t, err)
	assert.ErrorContains(t, findings.Err(), `"cat" is class 0 (cat), which is the background too`)
	_, findings, err = ReadCOCO(file, RegionOptions{Images: images, Classes: []string{"cat", "cow"}, Ignore: 9, Background: 9})
	require.NoError(t, err)
	assert.NoError(t, findings.Err())
}

// The same mask as each dialect writes it.
func TestDialects(t *testing.T) {
	want := []uint8{
		0, 1, 1,
		0, 1, 0}
	rows := map[string]string{
		"airbus":    "ImageId,EncodedPixels\na.png,3 2\na.png,5 1\nb.png,\n",
		"contrails": "record_id,encoded_pixels\na,3 3\nb,-\n",
		"dacon":     "img_id,img_path,mask_rle\na,./train/a.png,2 2 5 1\nb,./train/b.png,-1\n",
		"severstal": "ImageId,ClassId,EncodedPixels\na.png,1,3 3\nb.png,1,\n",
		"clouds":    "Image_Label,EncodedPixels\na.png_thing,3 3\nb.png_thing,\n",
		"salt":      "id,rle_mask\na,3 3\nb,\n",
	}
	for _, d := range Dialects() {
		images := pictures(t, 2, 3, "a.png", "b.png")
		m, findings, err := ReadRLE(written(t, "t.csv", rows[d.Name]), d.Table,
			RegionOptions{Images: images, Classes: []string{"ground", "thing"}, Ignore: -1})
		require.NoError(t, err, d.Name)
		require.Empty(t, findings, d.Name)
		require.Equal(t, []string{"a", "b"}, ids(m))
		a, err := m[0].ReadMask(raster.MaskCode{}, 2, 3)
		require.NoError(t, err, d.Name)
		assert.Equal(t, want, a.Pix, d.Name)
		b, err := m[1].ReadMask(raster.MaskCode{}, 2, 3)
		require.NoError(t, err)
		assert.Equal(t, raster.NewMask(2, 3), b, d.Name)
	}
}

func TestFindingsInRLE(t *testing.T) {
	images := pictures(t, 2, 3, "x/a.png", "y/a.png", "b.png", "c.png")
	file := written(t, "t.csv", "image,class,rle\nb,cat,1 2\nb,7,3 1\na.png,cat,1 1\nno,cat,1 1\nx/a,9,1 1\nb.png,2,1 9\n")
	table := RLETable{Image: "image", Class: "class", Runs: "rle", Code: raster.RLE{Order: raster.RowMajor, Base: 1}}
	opt := RegionOptions{Images: images, Classes: []string{"ground", "cat", "dog"}, Map: map[int]uint8{9: 2}, Ignore: -1,
		Unlisted: UnlistedIsEmpty, Group: regexp.MustCompile("^.")}
	m, findings, err := ReadRLE(file, table, opt)
	require.NoError(t, err)
	assert.Equal(t, []string{
		`"7" is no class; allowed: ground, cat, dog, or a line in the map of category numbers to classes`,
		`"a.png" may be 2 images: "x/a.png", "y/a.png" in ` + images,
		`no image "no" in ` + images,
	}, texts(findings))
	assert.Equal(t, file+": line 3", findings[0].Where)
	assert.Equal(t, []string{"b", "c", "x/a", "y/a"}, ids(m), "what is not in the table is empty")
	assert.Equal(t, "y", m[3].Group)
	_, err = m[0].ReadMask(raster.MaskCode{}, 2, 3)
	assert.ErrorContains(t, err, `t.csv: line 7: run-lengths: run 1 ("1 9"): leaves the picture`)

	opt.Unlisted = UnlistedIsLeft
	m, findings, err = ReadRLE(file, table, opt)
	require.NoError(t, err)
	assert.Equal(t, []string{"b", "x/a"}, ids(m))
	assert.True(t, findings[3].Warning)
	assert.Equal(t, 2, findings[3].Count)

	table.Class = "klass"
	_, _, err = ReadRLE(file, table, opt)
	assert.ErrorContains(t, err, `line 1: no column "klass"; there are: image, class, rle`)
	table.Class, table.Joint = "", "_"
	_, findings, err = ReadRLE(file, table, opt)
	require.NoError(t, err)
	assert.Equal(t, `"b" holds no "_" between image and class`, findings[0].What)
}

// A data set of drawn masks is like any other.
func TestDatasetOfRegions(t *testing.T) {
	images := pictures(t, 2, 3, "a.png")
	m, _, err := ReadRLE(written(t, "t.csv", "id,rle_mask\na,3 3\n"), Dialects()[5].Table,
		RegionOptions{Images: images, Classes: []string{"ground", "thing"}, Ignore: -1})
	require.NoError(t, err)
	ds, err := NewDataset(m, Options{H: 2, W: 3, C: 1,
		MaskCode: raster.MaskCode{Coding: raster.IndexCode, Classes: 2, Ignore: -1}})
	require.NoError(t, err)
	require.True(t, ds.Labelled())
	mask := make([]uint8, 6)
	require.NoError(t, ds.Sample(0, 0, make([]float32, 6), mask))
	assert.Equal(t, []uint8{0, 1, 1, 0, 1, 0}, mask)
}

func TestPairReportsWhatIsAlone(t *testing.T) {
	images, masks := pictures(t, 2, 2, "a.png", "b.png", "c.png"), t.TempDir()
	for _, name := range []string{"a.png", "z.png", "y.png"} {
		require.NoError(t, raster.WriteMask(filepath.Join(masks, name), raster.NewMask(2, 2), []color.RGBA(nil)))
	}
	m, findings, err := Pair(images, masks, ScanOptions{})
	require.NoError(t, err)
	assert.Len(t, m, 3)
	assert.Equal(t, Findings{
		{Kind: "image without mask", What: "no mask in " + masks + ` for 2 images: "b", "c"`, Count: 2},
		{Kind: "mask without image", What: "no image in " + images + ` for 2 masks: "y", "z"`, Count: 2, Warning: true},
	}, findings)
}

// Pictures of any number of channels are samples, if the network takes as many.
func TestManyChannels(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.npy")
	head := "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2, 5), }\n"
	text := "\x93NUMPY\x01\x00" + string([]byte{byte(len(head)), 0}) + head + strings.Repeat("\xff", 20)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
	m, err := Scan(filepath.Dir(file), "", ScanOptions{})
	require.NoError(t, err)
	ds, err := NewDataset(m, Options{H: 2, W: 2, C: 5})
	require.NoError(t, err)
	sample := make([]float32, 20)
	require.NoError(t, ds.Sample(0, 0, sample, nil))
	assert.Equal(t, float32(1), sample[19])
	ds, err = NewDataset(m, Options{H: 2, W: 2, C: 3})
	require.NoError(t, err)
	assert.ErrorContains(t, ds.Sample(0, 0, sample[:12], nil), "a.npy has 5 channels; allowed: 3")
}
