package raster

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/internal/golden"
)

func TestPolygonsOfTheCOCOAPI(t *testing.T) {
	var want golden.COCO
	golden.Load(t, "coco.json", &want)
	for _, p := range want.Polygons {
		r, err := Polygon(p.XY, p.H, p.W)
		require.NoError(t, err)
		assert.Equal(t, p.Counts, r.COCO(), "%d×%d %v", p.H, p.W, p.XY)
		assert.Equal(t, p.Area, r.Area())
	}
	for _, u := range want.Unions {
		all, err := Polygon(u.Polygons[0], u.H, u.W)
		require.NoError(t, err)
		for _, xy := range u.Polygons[1:] {
			r, err := Polygon(xy, u.H, u.W)
			require.NoError(t, err)
			all = all.Union(r)
		}
		assert.Equal(t, u.Counts, all.COCO())
		assert.Equal(t, u.Area, all.Area())
	}
}

func TestCountsOfTheCOCOAPI(t *testing.T) {
	var want golden.COCO
	golden.Load(t, "coco.json", &want)
	for _, m := range want.Masks {
		plain, err := NewRuns(m.H, m.W, ColumnMajor, m.Plain)
		require.NoError(t, err)
		assert.Equal(t, m.Counts, plain.COCO())
		packed, err := ParseCOCO(m.Counts, m.H, m.W)
		require.NoError(t, err)
		assert.Equal(t, plain, packed)
		mask := NewMask(m.H, m.W)
		packed.Paint(mask, 3)
		for _, order := range []Order{ColumnMajor, RowMajor} {
			back := NewMask(m.H, m.W)
			RunsOf(mask, 3, order).Paint(back, 3)
			assert.Equal(t, mask, back)
		}
		assert.Equal(t, plain, RunsOf(mask, 3, ColumnMajor))
		assert.Equal(t, m.Area, RunsOf(mask, 3, RowMajor).Area())
	}
}

func TestRLE(t *testing.T) {
	mask := &Mask{H: 2, W: 3, Pix: []uint8{
		0, 1, 1,
		1, 1, 0}}
	for _, tt := range []struct {
		f    RLE
		text string
	}{
		{RLE{Order: ColumnMajor, Base: 1}, "2 4"},
		{RLE{Order: ColumnMajor}, "1 4"},
		{RLE{Order: RowMajor, Base: 1}, "2 4"},
		{RLE{Order: RowMajor}, "1 4"},
	} {
		assert.Equal(t, tt.text, tt.f.Text(RunsOf(mask, 1, tt.f.Order)))
		r, err := tt.f.Parse(" "+tt.text+"\n", 2, 3)
		require.NoError(t, err)
		got := NewMask(2, 3)
		r.Paint(got, 1)
		assert.Equal(t, mask, got, "%v", tt.f)
	}
	zeros := RLE{Order: RowMajor}.Text(RunsOf(mask, 0, RowMajor))
	assert.Equal(t, "0 1 5 1", zeros)
	touching, err := RLE{Order: RowMajor}.Parse("0 2 2 1", 2, 3)
	require.NoError(t, err)
	assert.Equal(t, []int{0, 3, 3}, touching.Counts)
}

func TestEmptyRLE(t *testing.T) {
	f := RLE{Order: RowMajor, Base: 1, Empty: []string{"-1 -1", "-"}}
	for _, text := range []string{"", " ", "-", "-1  -1"} {
		r, err := f.Parse(text, 2, 2)
		require.NoError(t, err, text)
		assert.Equal(t, []int{4}, r.Counts)
		assert.Equal(t, "-1 -1", f.Text(r))
	}
	assert.Empty(t, RLE{Order: RowMajor}.Text(RunsOf(NewMask(2, 2), 1, RowMajor)))
}

func TestMistakesInRLE(t *testing.T) {
	one := RLE{Order: ColumnMajor, Base: 1, Empty: []string{"-"}}
	for text, want := range map[string]string{
		"3":       `run-lengths: 1 numbers; allowed: pairs of start and length, or nothing or one of ["-"] for an empty mask`,
		"a 1":     `run-lengths: run 1 ("a 1"): "a" is no whole number`,
		"1 1 3 b": `run-lengths: run 2 ("3 b"): "b" is no whole number`,
		"0 2":     `run-lengths: run 1 ("0 2"): starts before pixel 1, the first`,
		"-4 2":    `run-lengths: run 1 ("-4 2"): starts before pixel 1, the first`,
		"2 0":     `run-lengths: run 1 ("2 0"): has a length of 0; allowed: 1 or more`,
		"2 -3":    `run-lengths: run 1 ("2 -3"): has a length of -3; allowed: 1 or more`,
		"5 3":     `run-lengths: run 1 ("5 3"): leaves the picture; allowed: pixels 1 to 6 of 2×3`,
		"7 1":     `run-lengths: run 1 ("7 1"): leaves the picture; allowed: pixels 1 to 6 of 2×3`,
		"1 3 3 1": `run-lengths: run 2 ("3 1"): overlaps the one before, which ends at 3, or is out of order`,
		"4 1 1 1": `run-lengths: run 2 ("1 1"): overlaps the one before, which ends at 4, or is out of order`,
	} {
		_, err := one.Parse(text, 2, 3)
		assert.EqualError(t, err, want, text)
	}
	_, err := one.Parse("1 99999999999999999999", 2, 3)
	assert.Error(t, err)
	_, err = RLE{Order: RowMajor}.Parse("0 9223372036854775807", 2, 3)
	assert.ErrorContains(t, err, "leaves the picture; allowed: pixels 0 to 5")
}

func TestMistakesInCounts(t *testing.T) {
	for want, counts := range map[string][]int{
		"count 2 is negative: -1":               {3, -1, 4},
		"counts sum to 5, but 2×3 pixels are 6": {2, 3},
		"count 2 leaves the picture: the first 2 counts sum to more than 2×3 = 6 pixels": {2, 5},
	} {
		_, err := NewRuns(2, 3, ColumnMajor, counts)
		assert.EqualError(t, err, want)
	}
	_, err := NewRuns(0, 3, ColumnMajor, nil)
	assert.ErrorContains(t, err, "run-lengths of 0×3 pixels")
	for text, want := range map[string]string{
		"2P":                    "compressed counts, at character 3: the text ends within a count",
		"2!":                    `compressed counts, at character 2: '!' cannot be here; allowed: '0' to 'o', at most eight in a count`,
		strings.Repeat("o", 20): `compressed counts, at character 9: 'o' cannot be here; allowed: '0' to 'o', at most eight in a count`,
	} {
		_, err := ParseCOCO(text, 2, 3)
		assert.EqualError(t, err, want)
	}
}

func TestMistakesInPolygons(t *testing.T) {
	for want, xy := range map[string][]float64{
		"polygon of 4 numbers; allowed: x and y of three or more corners": {0, 0, 1, 1},
		"polygon of 7 numbers; allowed: x and y of three or more corners": {0, 0, 1, 1, 2, 2, 3},
		"polygon with a coordinate of NaN; allowed: up to ±16777216":      {0, 0, 1, 1, math.NaN(), 2},
		"polygon with a coordinate of +Inf; allowed: up to ±16777216":     {0, 0, 1, 1, 2, math.Inf(1)},
	} {
		_, err := Polygon(xy, 4, 4)
		assert.EqualError(t, err, want)
	}
	_, err := Polygon([]float64{0, 0, 1, 1, 2, 2}, 4, 0)
	assert.ErrorContains(t, err, "picture of 4×0")
	outside, err := Polygon([]float64{10, 10, 14, 10, 14, 14}, 4, 4)
	require.NoError(t, err)
	assert.Zero(t, outside.Area())
}
