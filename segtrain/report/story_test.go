package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

func TestStory(t *testing.T) {
	dir := t.TempDir()
	page, text := filepath.Join(dir, "report.html"), filepath.Join(dir, "solve.md")
	s := Story{
		Title: "a <b>", Subtitle: "three stages", Headline: [][3]string{{"Mean IoU", "0.412", "± 0.010"}},
		Names: []string{"sky"}, Palette: raster.Palette(1),
		Chapters: []Chapter{
			{Title: "Data", Text: []string{"7 images"}, Warnings: []string{"two look alike"},
				Table: &Table{Head: []string{"class", "share"}, Rows: [][]string{{"a|b", "3 %"}}}},
			{Title: "Curves", Folds: []CVFold{{Name: "fold 0", Epochs: []Epoch{{Epoch: 1, MeanIoU: 0.1}, {Epoch: 2, MeanIoU: 0.2}}}}},
			{Title: "Worst", Pictures: []Shown{{"x", "0.1", []ShownPanel{{"image", raster.NewImage(2, 3, 3)}}}}},
			{Title: "By hand", Commands: []string{"segtrain cv a.yaml"}, Links: []string{"cv/report.html"}},
		},
	}
	require.NoError(t, WriteStory(page, text, s))
	html, err := os.ReadFile(page)
	require.NoError(t, err)
	for _, want := range []string{
		"<h1>a &lt;b&gt;</h1>", "<strong>0.412</strong>", "<li>two look alike</li>", "<tr><th>a|b</th><td>3 %</td></tr>",
		"Mean IoU of each fold", "data:image/png;base64,", "segtrain cv a.yaml", `<a href="cv/report.html">`,
	} {
		assert.Contains(t, string(html), want)
	}
	plain, err := os.ReadFile(text)
	require.NoError(t, err)
	for _, want := range []string{"# a <b>", "- Mean IoU: **0.412** ± 0.010", `| a\|b | 3 % |`, "- warning: two look alike", "```sh\nsegtrain cv a.yaml\n```"} {
		assert.Contains(t, string(plain), want)
	}
	assert.NotContains(t, string(plain), "base64")

	s.Chapters[2].Pictures[0].Panels[0].Image = nil
	err = WriteStory(page, text, s)
	require.Error(t, err)
	assert.True(t, strings.Contains(err.Error(), `picture "x": image is missing`), err)
}
