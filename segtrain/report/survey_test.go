package report

import (
	"bytes"
	"context"
	"encoding/base64"
	"html"
	"image/jpeg"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/data"
	"tessera/segtrain/raster"
	"tessera/segtrain/survey"
	"tessera/segtrain/synth"
)

func TestSurveyPage(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, synth.Write(dir, 12, 48, 64, 1, nil))
	m, err := data.ReadCSV(filepath.Join(dir, synth.ManifestFile))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(m[3].Mask, []byte("<b>no picture"), 0o666))
	val := append(m[10:], m[0])
	val[2].ID, val[2].Label = "<copy>", "still life"
	names := synth.Names()
	s, err := survey.Run(context.Background(), survey.Options{
		Parts: []survey.Part{{Name: "training", Records: m[:10]}, {Name: "validation", Records: val}}, Classes: names, Channels: 3,
		Code: raster.MaskCode{Coding: raster.IndexCode, Classes: len(names), Ignore: -1},
	})
	require.NoError(t, err)
	file := filepath.Join(dir, "data.html")
	require.NoError(t, WriteSurvey(file, Data{Title: "Set <1>", Survey: s, Palette: synth.Palette()}))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	page := string(text)
	assert.True(t, strings.Contains(page, "<h1>Set &lt;1&gt;</h1>"), "<h1>Set &lt;1&gt;</h1>")
	assert.True(t, strings.Contains(page, "training images/0000 · validation &lt;copy&gt;"), "training images/0000 · validation &lt;copy&gt;")
	assert.True(t, strings.Contains(page, "unreadable mask"), "unreadable mask")
	assert.True(t, strings.Contains(page, "still life"), "labels")
	assert.True(t, strings.Contains(page, "mean: ["), "mean: [")
	assert.False(t, strings.Contains(page, "ZgotmplZ"), "nothing was refused by the template")
	assert.False(t, strings.Contains(page, "http"), "the page needs no network")
	pictures := regexp.MustCompile(`data:image/jpeg;base64,([^"]+)"`).FindAllStringSubmatch(page, -1)
	shown := 2 // the pair, and the set it is
	for _, c := range s.Classes {
		assert.True(t, strings.Contains(page, c.Name), c.Name)
		if c.Images > 0 {
			shown++
		}
	}
	assert.Len(t, pictures, shown)
	for _, p := range pictures {
		b, err := base64.StdEncoding.DecodeString(html.UnescapeString(p[1]))
		require.NoError(t, err)
		im, err := jpeg.Decode(bytes.NewReader(b))
		require.NoError(t, err)
		assert.GreaterOrEqual(t, im.Bounds().Dx(), 64)
	}
	assert.ErrorContains(t, WriteSurvey(filepath.Join(dir, "no", "x.html"), Data{Survey: s}), "x.html")
}

func TestStatsYAML(t *testing.T) {
	text := StatsYAML([]survey.Channel{{Mean: 0.25, Std: 0.5}, {Mean: 1, Std: 0}})
	assert.Equal(t, "data:\n  mean: [0.2500, 1.0000]\n  std: [0.5000, 0.0001]\n", text)
}

func TestHighlight(t *testing.T) {
	im := &raster.Image{H: 1, W: 2, C: 2, Pix8: []uint8{100, 1, 100, 2}}
	m := &raster.Mask{H: 1, W: 2, Pix: []uint8{0, 1}}
	out := highlight(im, m, 4, raster.Palette(5))
	assert.Equal(t, []uint8{100, 100, 100}, out.Pix8[:3], "other classes are as they are")
	assert.NotEqual(t, []uint8{100, 100, 100}, out.Pix8[3:])
}
