package submission

import (
	"context"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/data"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
)

// dialect returns a named dialect's table.
func dialect(t *testing.T, name string) Table {
	t.Helper()
	for _, d := range Dialects() {
		if d.Name == name {
			return d.Table
		}
	}
	t.Fatalf("no dialect %q", name)
	return Table{}
}

// drawn makes a mask of rows of digits.
func drawn(rows ...string) *raster.Mask {
	m := raster.NewMask(len(rows), len(rows[0]))
	for i, c := range strings.Join(rows, "") {
		m.Pix[i] = uint8(c - '0')
	}
	return m
}

// folder writes masks as segtrain predict does and opens them.
func folder(t *testing.T, task metric.Task, classes []string, masks map[string]*raster.Mask) *Masks {
	t.Helper()
	dir := t.TempDir()
	for id, m := range masks {
		file := filepath.Join(dir, "masks", filepath.FromSlash(id)+".png")
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o777))
		require.NoError(t, raster.WriteMask(file, m, nil))
	}
	m, err := Open(dir, task, classes)
	require.NoError(t, err)
	return m
}

// hand are masks of background, fish and bird, small enough to number their pixels by hand.
var hand = map[string]*raster.Mask{
	"a": drawn(
		"0110",
		"0112",
		"2000"),
	"b": drawn(
		"000",
		"000"),
}

var three = []string{"sky", "fish", "bird"}

// spec describes a table of the hand-made masks.
func spec(t *testing.T, name string, classes ...string) Spec {
	t.Helper()
	written, err := ChooseClasses(metric.Multiclass, three, classes, 0)
	require.NoError(t, err)
	return Spec{Format: RLE, Classes: three, Written: written, Table: dialect(t, name)}
}

// write writes a submission and returns its text.
func write(t *testing.T, m *Masks, s Spec, o Options) (string, *Result) {
	t.Helper()
	if o.Out == "" {
		o.Out = filepath.Join(t.TempDir(), "submission.csv")
	}
	r, err := Write(context.Background(), m, s, o)
	require.NoError(t, err)
	text, err := os.ReadFile(o.Out)
	require.NoError(t, err)
	left, err := filepath.Glob(filepath.Join(filepath.Dir(o.Out), ".*"))
	require.NoError(t, err)
	assert.Empty(t, left, "hidden files are left")
	return string(text), r
}

// TestTextOfEveryDialect holds the written bytes to what was worked out by hand. Picture a is 3×4: by columns its pixels are 1 to 12
// from top to bottom, by rows from left to right.
func TestTextOfEveryDialect(t *testing.T) {
	page, err := os.ReadFile("../../docs/submission.md")
	require.NoError(t, err)
	for _, test := range []struct {
		dialect, extension string
		classes            []string
		want               string
	}{
		{"airbus", ".jpg", []string{"bird"}, // two regions, a row each; nothing is a blank cell
			"ImageId,EncodedPixels\na.jpg,3 1\na.jpg,11 1\nb.jpg,\n"},
		{"contrails", "", []string{"fish"}, "record_id,encoded_pixels\na,4 2 7 2\nb,-\n"},
		{"dacon", "", []string{"fish"}, "img_id,mask_rle\na,2 2 6 2\nb,-1\n"},
		{"severstal", ".jpg", nil, // classes numbered from 1
			"ImageId,ClassId,EncodedPixels\na.jpg,1,4 2 7 2\na.jpg,2,3 1 11 1\nb.jpg,1,\nb.jpg,2,\n"},
		{"clouds", ".jpg", nil,
			"Image_Label,EncodedPixels\na.jpg_fish,4 2 7 2\na.jpg_bird,3 1 11 1\nb.jpg_fish,\nb.jpg_bird,\n"},
		{"salt", "", []string{"fish"}, "id,rle_mask\na,4 2 7 2\nb,\n"},
	} {
		t.Run(test.dialect, func(t *testing.T) {
			s := spec(t, test.dialect, test.classes...)
			s.Extension = test.extension
			text, r := write(t, folder(t, metric.Multiclass, three, hand), s, Options{})
			assert.Equal(t, test.want, text)
			assert.Contains(t, string(page), "| `"+test.dialect+"` | `"+strings.SplitN(text, "\n", 2)[0]+"` |")
			for line := range strings.Lines(text) {
				assert.Contains(t, string(page), "`"+strings.TrimSpace(line)+"`", "docs/submission.md")
			}
			assert.Equal(t, strings.Count(test.want, "\n")-1, r.Rows)
			assert.Equal(t, len(text), int(r.Bytes))
		})
	}
}

// A described dialect: from 0, along the rows, classes by index, what is not there left out.
func TestTextOfOwnDialect(t *testing.T) {
	s := spec(t, "airbus")
	s.Table = Table{ClassBy: ByIndex, SkipEmpty: true, RLETable: data.RLETable{
		Image: "img", Class: "cls", Runs: "runs", Code: raster.RLE{Order: raster.RowMajor, Base: 0, Empty: []string{"-1 -1"}}}}
	text, r := write(t, folder(t, metric.Multiclass, three, hand), s, Options{})
	assert.Equal(t, "img,cls,runs\na,1,1 2 5 2\na,2,7 2\n", text)
	assert.Equal(t, 2, r.Empty)
	s.Table.SkipEmpty = false
	text, _ = write(t, folder(t, metric.Multiclass, three, hand), s, Options{})
	assert.Equal(t, "img,cls,runs\na,1,1 2 5 2\na,2,7 2\nb,1,-1 -1\nb,2,-1 -1\n", text)
}

// TestDialectsReadBack writes random masks in every dialect, and reads them as training would.
func TestDialectsReadBack(t *testing.T) {
	for _, d := range Dialects() {
		t.Run(d.Name, func(t *testing.T) {
			classes := []string{"sky", "fish"}
			if d.Table.HasClass() {
				classes = append(classes, "bird", "tree")
			}
			masks := map[string]*raster.Mask{}
			for i, id := range []string{"p", "q", "r", "sub/s"} {
				masks[id] = random(uint64(i), 5+3*i, 17-2*i, len(classes))
			}
			masks["empty"] = raster.NewMask(3, 3)
			m := folder(t, metric.Multiclass, classes, masks)
			written, err := ChooseClasses(metric.Multiclass, classes, nil, 0)
			require.NoError(t, err)
			out := filepath.Join(t.TempDir(), "submission.csv")
			_, err = Write(context.Background(), m, Spec{Format: RLE, Classes: classes, Written: written, Table: d.Table},
				Options{Out: out})
			require.NoError(t, err)

			records, findings, err := data.ReadRLE(out, d.Table.RLETable, data.RegionOptions{
				Images: m.Dir(), Classes: classes, Ignore: -1})
			require.NoError(t, err)
			require.NoError(t, findings.Err())
			require.Len(t, records, len(masks))
			for _, r := range records {
				want := masks[r.ID]
				got, err := r.ReadMask(raster.MaskCode{Coding: raster.IndexCode, Classes: len(classes), Ignore: -1}, want.H, want.W)
				require.NoError(t, err)
				assert.Equal(t, want, got, r.ID)
			}
		})
	}
}

// TestPictures writes masks as PNG files and reads them back, as a folder and as a zip.
func TestPictures(t *testing.T) {
	colors := []color.RGBA{{R: 10, A: 255}, {G: 200, A: 255}, {B: 30, A: 255}}
	m := folder(t, metric.Multiclass, three, map[string]*raster.Mask{"a": hand["a"], "sub/b": hand["b"]})
	for _, test := range []struct {
		name  string
		spec  Spec
		files []string
		code  raster.MaskCode
		of    func(v uint8) uint8
	}{
		{"index", Spec{Format: PNG}, []string{"a.png", "sub/b.png"},
			raster.MaskCode{Coding: raster.IndexCode, Classes: 3, Ignore: -1}, func(v uint8) uint8 { return v }},
		{"values", Spec{Format: PNG, Values: []int{7, 0, 255}}, []string{"a.png", "sub/b.png"},
			raster.MaskCode{Coding: raster.IndexCode, Classes: 256, Ignore: -1}, func(v uint8) uint8 { return []uint8{7, 0, 255}[v] }},
		{"palette", Spec{Format: Palette, Colors: colors}, []string{"a.png", "sub/b.png"},
			raster.MaskCode{Coding: raster.PaletteCode, Classes: 3, Palette: colors, Ignore: -1}, func(v uint8) uint8 { return v }},
		{"binary", Spec{Format: Binary}, []string{"bird/a.png", "bird/sub/b.png", "fish/a.png", "fish/sub/b.png"}, raster.MaskCode{}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := test.spec
			s.Classes, s.Written = three, []int{1, 2}
			out := filepath.Join(t.TempDir(), "files")
			r, err := Write(context.Background(), m, s, Options{Out: out})
			require.NoError(t, err)
			assert.Equal(t, len(test.files), r.Files)
			have, err := names(os.DirFS(out))
			require.NoError(t, err)
			assert.Equal(t, test.files, have)
			if test.of == nil {
				got, err := raster.ReadMask(filepath.Join(out, "bird", "a.png"),
					raster.MaskCode{Coding: raster.IndexCode, Classes: 256, Ignore: -1})
				require.NoError(t, err)
				assert.Equal(t, []uint8{0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0}, got.Pix)
				return
			}
			got, err := raster.ReadMask(filepath.Join(out, "a.png"), test.code)
			require.NoError(t, err)
			for i, v := range hand["a"].Pix {
				assert.Equal(t, test.of(v), got.Pix[i])
			}
			first, again := filepath.Join(t.TempDir(), "one.zip"), filepath.Join(t.TempDir(), "two.zip")
			_, err = Write(context.Background(), m, s, Options{Out: first})
			require.NoError(t, err)
			_, err = Write(context.Background(), m, s, Options{Out: again, Pictures: read(t, first)})
			require.NoError(t, err)
			a, err := os.ReadFile(first)
			require.NoError(t, err)
			b, err := os.ReadFile(again)
			require.NoError(t, err)
			assert.Equal(t, a, b, "equal masks make equal archives")
		})
	}
}

func read(t *testing.T, file string) *Pictures {
	t.Helper()
	p, err := ReadPictures(file)
	require.NoError(t, err)
	return p
}

// Classes that overlap have a folder each, and a row or a file each.
func TestMultilabel(t *testing.T) {
	classes := []string{"fish", "bird"}
	m := folder(t, metric.Multilabel, classes, map[string]*raster.Mask{
		"fish/a": white("110", "000"), "bird/a": white("010", "001")})
	s := Spec{Format: RLE, Task: metric.Multilabel, Classes: classes, Written: []int{0, 1}, Table: dialect(t, "clouds")}
	text, _ := write(t, m, s, Options{})
	assert.Equal(t, "Image_Label,EncodedPixels\na_fish,1 1 3 1\na_bird,3 1 6 1\n", text)
	s.Format = PNG
	_, err := Write(context.Background(), m, s, Options{Out: filepath.Join(t.TempDir(), "x")})
	assert.ErrorContains(t, err, "classes may overlap; allowed: rle, binary")
}

// white is drawn with 255 in the place of 1, as masks of a class are written.
func white(rows ...string) *raster.Mask {
	m := drawn(rows...)
	for i := range m.Pix {
		m.Pix[i] *= 255
	}
	return m
}

func TestBinaryTask(t *testing.T) {
	m := folder(t, metric.Binary, []string{"salt"}, map[string]*raster.Mask{"a": white("10", "10")})
	s := Spec{Format: RLE, Task: metric.Binary, Classes: []string{"salt"}, Written: []int{0}, Table: dialect(t, "salt")}
	text, _ := write(t, m, s, Options{})
	assert.Equal(t, "id,rle_mask\na,1 2\n", text)
}

// A table in a zip is called as the zip.
func TestTableInZip(t *testing.T) {
	m := folder(t, metric.Multiclass, three, hand)
	out := filepath.Join(t.TempDir(), "submission.csv.zip")
	_, err := Write(context.Background(), m, spec(t, "clouds"), Options{Out: out})
	require.NoError(t, err)
	z := openZip(t, out)
	have, err := names(z)
	require.NoError(t, err)
	assert.Equal(t, []string{"submission.csv"}, have)
}
