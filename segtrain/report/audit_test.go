package report

import (
	"image/color"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

// audited is a page of one image, in which two pixels contradict their label.
func audited() Audit {
	given := raster.NewMask(4, 6)
	predicted, suggested := raster.NewMask(4, 6), raster.NewMask(4, 6)
	given.Pix[23] = 9
	predicted.Pix[0], predicted.Pix[1], predicted.Pix[2] = 1, 1, 1
	suggested.Pix[0], suggested.Pix[1], suggested.Pix[23] = 1, 1, 9
	return Audit{
		Title: "labels <of> it", Names: []string{"sky", "car"}, Ignore: 9,
		Palette:  []color.RGBA{{200, 0, 0, 255}, {0, 0, 200, 255}},
		Headline: [][3]string{{"Images", "1", "judged"}}, Suggested: [][]int64{{0, 1234}, {0, 0}},
		Noise:    []AuditNoise{{23, 0.087, 0, 0.875}, {0, 0, 1, math.NaN()}},
		Images:   []AuditImage{{"a/b", "8.7 % contradicted", 7.25, raster.NewImage(4, 6, 3), given, predicted, suggested, nil}},
		Findings: []AuditFinding{{ID: "a/b", Given: "sky", Suggested: "car", Box: "0 0 2 1", Area: 2, Confidence: 0.5, Score: 3.25}},
		Next:     []string{"segtrain audit"},
	}
}

func TestAuditPage(t *testing.T) {
	dir := t.TempDir()
	page, sheet := filepath.Join(dir, "a.html"), filepath.Join(dir, "a.jpg")
	require.NoError(t, WriteAudit(page, sheet, audited()))
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	html := string(text)
	for _, want := range []string{"labels &lt;of&gt; it", "a/b <span>score 7.2 · 8.7 % contradicted", "<td>sky</td><td>car</td><td>2</td><td>0.50</td>",
		"<td>0.875</td>", "8.7 %", "1\u202f234 pixels given as sky should be car", ">100</td>", "0 0 2 1"} {
		assert.Contains(t, html, want)
	}
	assert.Equal(t, 4, strings.Count(html, "data:image/jpeg;base64,"))
	assert.Empty(t, regexp.MustCompile(`(?i)https?://|<script|NaN|ZgotmplZ`).FindAllString(html, -1))
	info, err := raster.Probe(sheet)
	require.NoError(t, err)
	assert.Equal(t, [2]int{4 + 2*sheetGap, 4*(6+sheetGap) + sheetGap}, [2]int{info.H, info.W})

	_, panels, err := newAuditPage(audited())
	require.NoError(t, err)
	red := func(i int) bool { return panels[3].Pix8[3*i] == 170 && panels[3].Pix8[3*i+1] == 0 }
	for i := range 24 {
		assert.Equal(t, i < 2, red(i), "pixel %d: red where the label is contradicted, not where the prediction differs", i)
	}
}

func TestAuditPageMistakes(t *testing.T) {
	dir := t.TempDir()
	a := audited()
	a.Images[0].Given = raster.NewMask(1, 1)
	assert.ErrorContains(t, WriteAudit(filepath.Join(dir, "a.html"), "", a), `image "a/b": image is 4×6, but a mask 1×1`)
	assert.NoFileExists(t, filepath.Join(dir, "a.html"))
	a = audited()
	a.Images = nil
	require.NoError(t, WriteAudit(filepath.Join(dir, "a.html"), filepath.Join(dir, "a.jpg"), a))
	assert.NoFileExists(t, filepath.Join(dir, "a.jpg"), "no pictures, no sheet")
}
