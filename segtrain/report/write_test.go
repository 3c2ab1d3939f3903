package report

import (
	"fmt"
	"image/color"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/ink"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
)

func write(t *testing.T, r Report) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	require.NoError(t, Write(path, r))
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(data)
}

func TestWriteIsSelfContained(t *testing.T) {
	html := write(t, sample(3, 48))
	assert.Empty(t, regexp.MustCompile(`(?i)https?://|<script|<link|@import|url\(`).FindAllString(html, -1))
	assert.False(t, strings.Contains(html, "ZgotmplZ"), "a value that the template engine refused")
	assert.False(t, strings.Contains(html, "NaN"))
	assert.Equal(t, 4*4, strings.Count(html, `src="data:image/png;base64,`), "two best and two worst of four panels")
	assert.Equal(t, 3, strings.Count(html, `<figure class="chart">`))
}

func TestWriteShowsTheNumbers(t *testing.T) {
	r := sample(3, 48)
	html := write(t, r)
	for _, want := range []string{
		"circles &amp; &lt;squares&gt;", "4 March 2026, 15:06",
		"<strong>" + r.Metrics.MeanIoU.String() + "</strong>", "over 6 of 7 classes",
		"<strong>11</strong><small>of 12</small>", "<strong>31.4</strong>", "<strong>1 min 27 s</strong>",
		"ring is the weakest class", "never seen is in no validation mask", "the best</title>",
		"bytes were cut off", "segtrain eval runs/demo", "encoder: efficientnet-b0", "a processor",
		"images/0014.png <span>mean IoU 0.840</span>", r.Metrics.PerClass[1].Dice.String(),
		"pixels of ribbon predicted as ground",
	} {
		assert.True(t, strings.Contains(html, want), "the page lacks %q", want)
	}
}

// A run that stopped at once still gets its page, without empty sections.
func TestWriteOfAlmostNothing(t *testing.T) {
	c := metric.NewConfusion(2)
	html := write(t, Report{Title: "stopped", Metrics: c.Report(nil), Ignore: -1})
	for _, missing := range []string{"<svg", "<details", "<h2>Training", "<h2>Next", "Worst", "ZgotmplZ", "NaN"} {
		assert.False(t, strings.Contains(html, missing), "the page has %q", missing)
	}
	assert.Contains(t, html[strings.Index(html, "<body>"):], "<strong>–</strong><small>over 0 of 2 classes</small>")
}

func TestWriteRefusesSamplesThatDoNotFit(t *testing.T) {
	for want, spoil := range map[string]func(*Sample){
		"missing":      func(s *Sample) { s.Truth = nil },
		"mask 10×10":   func(s *Sample) { s.Prediction = raster.NewMask(10, 10) },
		"class 200 ha": func(s *Sample) { s.Truth.Pix[0] = 200 },
	} {
		r := sample(1, 48)
		spoil(&r.Worst[0])
		path := filepath.Join(t.TempDir(), "report.html")
		err := Write(path, r)
		require.ErrorContains(t, err, want)
		assert.ErrorContains(t, err, `sample "images/0000.png"`)
		assert.NoFileExists(t, path)
	}
	require.ErrorContains(t, Write(filepath.Join(t.TempDir(), "no", "r.html"), sample(1, 48)), "r.html")
}

func TestLargePicturesShrink(t *testing.T) {
	mask := raster.NewMask(30, 1200)
	s := Sample{Image: raster.NewImage(30, 1200, 3), Truth: mask, Prediction: mask}
	small := s.fit(maxSide)
	assert.Equal(t, [2]int{12, maxSide}, [2]int{small.Image.H, small.Image.W})
	assert.Equal(t, [2]int{12, maxSide}, [2]int{small.Truth.H, small.Prediction.W})
	assert.Equal(t, small, small.fit(maxSide))
}

func TestLookAt(t *testing.T) {
	r := Report{Metrics: metric.NewConfusion(1).Report(nil)}
	for i := range 6 {
		r.Epochs = append(r.Epochs, Epoch{Epoch: i + 1, ValLoss: 1 - 0.1*float64(i)})
	}
	r.BestEpoch = 6
	assert.Contains(t, lookAt(r), "The last epoch was the best: training longer may help.")

	r.Epochs[5].ValLoss = 1.2
	assert.Contains(t, strings.Join(lookAt(r), " "), "lowest at epoch 5 and has risen by 100 %")

	r.Epochs[5].ValLoss, r.BestEpoch = 0.6, 4
	assert.Len(t, lookAt(r), 1, "the class that is absent and nothing else")
}

func TestText(t *testing.T) {
	for _, c := range []struct{ want, got string }{
		{"0 %", percent(0)}, {"< 0.1 %", percent(0.0004)}, {"1.2 %", percent(0.0123)}, {"9.9 %", percent(0.0994)},
		{"10 %", percent(0.0996)}, {"100 %", percent(1)}, {"–", percent(math.NaN())},
		{"4.2 s", duration(4.2)}, {"59 s", duration(59.6)}, {"1 min 05 s", duration(65)}, {"2 h 03 min", duration(7384)},
		{"0", thousands(0)}, {"999", thousands(999)}, {"1\u202f000", thousands(1000)},
		{"12\u202f345\u202f678", thousands(12345678)}, {"3.14", significant(3.14159)}, {"1235", significant(1234.6)},
	} {
		assert.Equal(t, c.want, c.got)
	}
}

func TestCurves(t *testing.T) {
	path := filepath.Join(t.TempDir(), "curves.png")
	r := sample(1, 48)
	require.NoError(t, Curves(path, r))
	im, err := raster.Read(path)
	require.NoError(t, err)
	const wide = (chartWidth + plotMargin) * plotScale
	require.Equal(t, [2]int{523, 2054}, [2]int{im.H, im.W})
	for i, want := range []int{3, 1, 1} { // each step, smoothed, validation; mean IoU; rate
		found := coloursBetween(im, int(float64(i)*wide), int(float64(i+1)*wide))
		maps.DeleteFunc(found, func(_ color.Color, pixels int) bool { return pixels < 50 }) // of edges
		assert.Len(t, found, want, "lines of chart %d", i)
	}

	err = Curves(path, Report{})
	require.ErrorContains(t, err, "no steps and no epochs")
	assert.ErrorContains(t, err, path)
}

// coloursBetween counts the pixels of each ink of curves in columns of a picture.
func coloursBetween(im *raster.Image, from, to int) map[color.Color]int {
	of := map[[3]uint8]color.Color{}
	for _, c := range inks {
		over := ink.New(1, 1, 1)
		over.Rule(ink.Point{}, ink.Point{X: 1}, 1, c)
		of[[3]uint8(over.Image().Pix8)] = c
	}
	found := map[color.Color]int{}
	for y := range im.H {
		for x := from; x < to; x++ {
			if c, ok := of[[3]uint8(im.Pix8[(y*im.W+x)*3:][:3])]; ok {
				found[c]++
			}
		}
	}
	return found
}

func TestContactSheet(t *testing.T) {
	grey := &raster.Image{H: 2, W: 4, C: 1, Pix8: []uint8{9, 9, 9, 9, 9, 9, 9, 9}}
	deep := &raster.Image{H: 4, W: 4, C: 3, Pix16: make([]uint16, 48)}
	for i := range deep.Pix16 {
		deep.Pix16[i] = 0x7fff
	}
	s := ContactSheet([]*raster.Image{grey, deep, grey}, 2)
	assert.Equal(t, [3]int{2*12 + 8, 2*12 + 8, 3}, [3]int{s.H, s.W, s.C})
	at := func(y, x int) uint8 { return s.Pix8[(y*s.W+x)*3] }
	assert.Equal(t, uint8(255), at(8, 8), "a lower panel stands in the middle")
	assert.Equal(t, uint8(9), at(9, 8))
	assert.Equal(t, uint8(0x7f), at(8, 20))
	assert.Equal(t, uint8(9), at(21, 11))
	assert.Equal(t, uint8(255), at(21, 20), "the last place is empty")

	assert.Equal(t, 4+16, ContactSheet([]*raster.Image{grey}, 5).W)
	assert.Panics(t, func() { ContactSheet(nil, 2) })
	assert.Panics(t, func() { ContactSheet([]*raster.Image{grey}, 0) })
}

func ExampleContactSheet() {
	panels := []*raster.Image{raster.NewImage(32, 48, 3), raster.NewImage(32, 48, 3), raster.NewImage(32, 48, 3)}
	sheet := ContactSheet(panels, 2)
	fmt.Println(sheet.H, sheet.W)
	// Output: 88 120
}
