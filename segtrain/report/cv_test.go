package report

import (
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

func TestSharesIsAPicture(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shares.png")
	require.NoError(t, Shares(path, []string{"a", "b"}, [][]float64{{1, math.NaN()}, {0.5, 2}}))
	im, err := raster.Read(path)
	require.NoError(t, err)
	assert.Greater(t, im.W, im.H)
	assert.Error(t, Shares(filepath.Join(t.TempDir(), "none", "s.png"), []string{"a"}, [][]float64{{1}}))
}
