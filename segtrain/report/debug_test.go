package report

import (
	"image/color"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

func TestWriteDebug(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.html")
	d := Debug{
		Title: "a-debug", Checks: []Check{{"loss falls", "FAIL", "1 → 2", []string{"optim.lr <10> is too high"}}},
		Steps:    []Step{{1, 2, 1e-3}, {2, 1, 1e-3}},
		Pictures: []Picture{{"0001", "raw", raster.NewImage(8, 9, 3), raster.NewMask(8, 9), nil}},
		Classes:  []string{"sky", "sea"}, Palette: []color.RGBA{{R: 1, A: 255}, {G: 2, A: 255}}, Ignore: -1, Config: "debug: true",
	}
	require.NoError(t, WriteDebug(path, d))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, want := range []string{"a-debug: failed", "<b>FAIL</b>", "optim.lr &lt;10&gt;", "<polyline", "data:image/png;base64,",
		"0001 <span>raw</span>", "sea", "debug: true"} {
		assert.Contains(t, string(text), want)
	}
	d.Passed = true
	require.NoError(t, WriteDebug(path, d))
	text, _ = os.ReadFile(path)
	assert.Contains(t, string(text), "a-debug: passed")

	d.Pictures[0].Mask = raster.NewMask(8, 8)
	assert.ErrorContains(t, WriteDebug(path, d), `picture "0001": image is 8×9, but a mask 8×8`)
	d.Pictures[0].Mask = raster.NewMask(8, 9)
	d.Pictures[0].Mask.Pix[5] = 7
	assert.ErrorContains(t, WriteDebug(path, d), "class 7 has no colour")
}
