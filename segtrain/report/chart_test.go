package report

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		n      int
		want   string
	}{
		{0, 1, 5, "0 0.2 0.4 0.6 0.8 1.0"},
		{1, 12, 6, "2 4 6 8 10 12"},
		{0, 1e-3, 5, "0 0.0002 0.0004 0.0006 0.0008 0.001"},
		{1, 480, 6, "100 200 300 400"},
		{0, 2, 20, "0 1 2"},
		{0, 1e-6, 5, "0 2e-07 4e-07 6e-07 8e-07 1e-06"},
	} {
		var labels []string
		for _, tk := range ticks(axis{lo: c.lo, hi: c.hi, to: 100, whole: c.n == 20}, c.n) {
			labels = append(labels, tk.Label)
		}
		assert.Equal(t, c.want, strings.Join(labels, " "))
	}
}

func TestSmooth(t *testing.T) {
	nan := math.NaN()
	got := smooth([]float64{2, 2, nan, 2, 6}, 3)
	assert.Equal(t, []float64{2, 2}, got[:2], "no bias at the start")
	assert.True(t, math.IsNaN(got[2]))
	assert.Equal(t, 2.0, got[3])
	assert.Greater(t, got[4], 3.0)
	assert.Less(t, got[4], 6.0)
}

func TestThin(t *testing.T) {
	s := series{}
	for i := range 10*maxPoints + 3 {
		s.x, s.y = append(s.x, float64(i)), append(s.y, 1)
	}
	got := thin(s)
	assert.LessOrEqual(t, len(got.x), maxPoints)
	assert.Equal(t, 5.0, got.x[0])
	assert.Equal(t, 1.0, got.y[len(got.y)-1])
	short := series{x: []float64{1}, y: []float64{2}}
	assert.Equal(t, short, thin(short))
}

func TestChartBreaksAtGaps(t *testing.T) {
	y := []float64{1, 2, math.NaN(), 1, math.Inf(1), 3}
	c, ok := newChart(drawing{"t", "x", []series{{x: []float64{0, 1, 2, 3, 4, 5}, y: y}}, 4})
	require.True(t, ok)
	require.Len(t, c.Lines, 3)
	assert.Equal(t, "46,183 114.8,126", c.Lines[0].Points.String(), "y is 0 at the bottom 240 and 4 at the top 12")
	_, ok = newChart(drawing{"t", "x", []series{{x: []float64{1}, y: []float64{math.NaN()}}}, 4})
	assert.False(t, ok)
}

func TestCeilingForgivesOneBadStep(t *testing.T) {
	y := make([]float64, 100)
	for i := range y {
		y[i] = 1
	}
	y[0] = 1e6
	assert.InDelta(t, 1.06, ceiling([]series{{y: y}}), 1e-12)
	assert.InDelta(t, 2.12, ceiling([]series{{y: y}, {y: []float64{2, math.NaN()}}}), 1e-12)
	assert.InDelta(t, 3.18, ceiling([]series{{y: []float64{1, 2, 3}}}), 1e-12, "few values are all shown")
	assert.Zero(t, ceiling(nil))
}

func TestBestEpochIsMarked(t *testing.T) {
	r := sample(1, 48)
	r.Epochs = r.Epochs[6:] // as after a log that lost its beginning
	var marked []string
	for _, c := range charts(r) {
		for _, d := range c.Dots {
			if d.Marked {
				marked = append(marked, d.Title)
			}
		}
	}
	assert.Equal(t, []string{"epoch 11: mean IoU 0.850"}, marked)
}

func TestChartsOfEpochsAlone(t *testing.T) {
	r := sample(1, 48)
	r.Steps = nil
	all := charts(r)
	require.Len(t, all, 2)
	assert.Equal(t, "Loss", all[0].Title)
	assert.Len(t, all[0].Lines, 2)
}

// A run of one epoch has no line to draw, but it has a point.
func TestOnePointIsSeen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "curves.png")
	nan := math.NaN()
	r := Report{Epochs: []Epoch{{Epoch: 1, Step: 9, TrainLoss: nan, ValLoss: nan, MeanIoU: 0.5}}}
	require.NoError(t, Curves(path, r))
	im, err := raster.Read(path)
	require.NoError(t, err)
	inked := 0
	for i := im.H / 3 * im.W; i < im.H*2/3*im.W; i++ { // between title and key
		if p := im.Pix8[i*im.C:]; p[0] == 0x2b && p[1] == 0x6c && p[2] == 0x9e {
			inked++
		}
	}
	assert.Greater(t, inked, 10)
}

// The first steps of a rate that falls fast are the highest and few: they are shown.
func TestTheRateIsNotCut(t *testing.T) {
	var r Report
	for i := range 200 {
		r.Steps = append(r.Steps, Step{Step: i + 1, LR: 1 / float64(i+1)})
	}
	rate := drawings(r)[2]
	assert.Equal(t, "Learning rate", rate.title)
	assert.Equal(t, 1.06, rate.hi)
}
