package report

import (
	"image/color"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
)

func TestFoldsSideBySide(t *testing.T) {
	c := metric.NewConfusion(2)
	c.Add([]uint8{0, 0, 1}, []uint8{0, 1, 1}, -1)
	epochs := []Epoch{{Epoch: 1, ValLoss: 1, MeanIoU: 0.3}, {Epoch: 2, ValLoss: 0.5, MeanIoU: 0.4}}
	path := filepath.Join(t.TempDir(), "report.html")
	require.NoError(t, WriteCV(path, CV{
		Title: "<cv>", Rows: []CVRow{
			{Name: "mean_iou", Mean: 0.4321, SD: 0.0123, Values: []metric.Score{0.42, 0.44}},
			{Name: "cell", Class: true, Mean: 0.25, SD: metric.Score(math.NaN()), Values: []metric.Score{0.25, metric.Score(math.NaN())}},
		},
		Folds: []CVFold{
			{Name: "fold 0", Link: "fold0/report.html", Images: 7, BestEpoch: 2, Epochs: epochs},
			{Name: "fold 1", Link: "fold1/report.html", Images: 8, BestEpoch: 1, Epochs: epochs},
		},
		Pooled: c.Report([]string{"cell", "rest"}), Palette: raster.Palette(2), Notes: []string{"a note"},
	}))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	html := string(text)
	assert.Empty(t, regexp.MustCompile(`(?i)https?://|<script|<link|@import|url\(`).FindAllString(html, -1))
	for _, want := range []string{
		"&lt;cv&gt;", "0.432", "± 0.012 over folds", `<a href="fold1/report.html">fold 1</a>`, "a note",
		"fold 1: mean IoU 0.400", "<td>7</td><td>8</td>", "0.250</td><td>–</td>", "Mean IoU of each fold",
	} {
		assert.Contains(t, html, want)
	}
	assert.Error(t, WriteCV(filepath.Join(t.TempDir(), "none", "r.html"), CV{}))
}

// Each finite ratio is a dot in the ink of its fold; what is not finite has none.
func TestSharesIsAPicture(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shares.png")
	nan := math.NaN()
	dots := func(ratios ...[]float64) map[color.Color]int {
		require.NoError(t, Shares(path, []string{"a", "b"}, ratios))
		im, err := raster.Read(path)
		require.NoError(t, err)
		return coloursBetween(im, 0, im.W)
	}
	one := dots([]float64{1, nan}, []float64{nan, nan})
	assert.Zero(t, one[inks["other"]])
	require.Greater(t, one[inks["main"]], 30)
	all := dots([]float64{1, 1.2}, []float64{0.5, 2})
	assert.InDelta(t, 2*one[inks["main"]], all[inks["main"]], 12)
	assert.InDelta(t, 2*one[inks["main"]], all[inks["other"]], 12)
	assert.Empty(t, dots([]float64{nan, nan}))

	assert.Error(t, Shares(filepath.Join(t.TempDir(), "none", "s.png"), []string{"a"}, [][]float64{{1}}))
}

func TestHighestShare(t *testing.T) {
	assert.Equal(t, 1.5, highestShare([][]float64{{1, math.NaN()}, {math.Inf(1), 1.2}}))
	assert.Equal(t, 1.05*4, highestShare([][]float64{{1}, {4}}))
}
