package metric

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// flagStats are two images of two pixels and three classes: the first occurs, the second is only predicted, the third is
// in neither. A flag of the first class is ignored.
func flagStats() *Stats {
	s := NewStats(Multilabel, 3, 9)
	s.Add([]uint8{1, 0, 0, 1, 0, 0}, []uint8{1, 1, 0, 0, 0, 0})
	s.Add([]uint8{9, 0, 0, 0, 0, 0}, []uint8{1, 0, 0, 1, 0, 0})
	return s
}

func TestStatsByHand(t *testing.T) {
	s := flagStats()
	assert.Equal(t, 2, s.Images())
	assert.Equal(t, Counts{TP: 1, FP: 1, FN: 1}, s.Total(0))
	assert.Equal(t, Counts{FP: 1, TN: 3}, s.Total(1))
	assert.Equal(t, Counts{TN: 4}, s.Total(2))
	assert.Equal(t, (0.5+0)/2, s.ImageScore(0))

	r := s.Report([]string{"a", "b", "c"})
	assert.InDelta(t, (1./3+0)/2, float64(r.MeanIoU), 1e-15, "an absent class does not count")
	assert.InDelta(t, 8./11, float64(r.PixelAccuracy), 1e-15)
	assert.InDelta(t, 1./3, float64(r.FreqWeightedIoU), 1e-15)
	assert.Equal(t, []bool{true, true, false}, []bool{r.PerClass[0].Present, r.PerClass[1].Present, r.PerClass[2].Present})
	assert.EqualValues(t, 2, r.PerClass[0].Pixels)
	text, err := json.Marshal(r)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "confusion")
}

// TestAbsentClasses holds the trap of segmentation_models_pytorch: a class in neither truth nor prediction is 1 there.
func TestAbsentClasses(t *testing.T) {
	s := flagStats()
	for _, c := range []struct {
		o    ScoreOptions
		want float64
	}{
		{ScoreOptions{}, 1. / 6},
		{ScoreOptions{ZeroDivision: new(1.0)}, (1./3 + 0 + 1) / 3},
		{ScoreOptions{ZeroDivision: new(0.0)}, (1. / 3) / 3},
		{ScoreOptions{Weights: []float64{3, 1, 4}}, 3 * (1. / 3) / 4},
		{ScoreOptions{Reduction: "weighted"}, 1. / 3},
		{ScoreOptions{Reduction: "micro"}, 1. / 4},
		{ScoreOptions{Reduction: "micro-imagewise"}, (1./3 + 0) / 2},
		{ScoreOptions{Reduction: "macro-imagewise"}, ((0.5+0)/2 + 0) / 2},
		{ScoreOptions{Reduction: "weighted-imagewise"}, (0.5 + 0) / 2},
	} {
		got, err := s.Score("iou", c.o)
		require.NoError(t, err)
		assert.InDelta(t, c.want, got, 1e-15, c.o)
	}
	got, err := NewStats(Binary, 1, -1).Score("f1", ScoreOptions{})
	require.NoError(t, err)
	assert.True(t, math.IsNaN(got), "no images")
}

func TestScoreNames(t *testing.T) {
	c := Counts{TP: 4, FP: 1, FN: 2, TN: 8}
	for name, want := range map[string]float64{
		"dice": 8. / 11, "jaccard": 4. / 7, "f2": 5 * 4. / (5*4 + 4*2 + 1), "ppv": 4. / 5, "npv": 8. / 10, "fnr": 2. / 6,
		"fpr": 1. / 9, "fdr": 1. / 5, "for": 2. / 10, "lr+": (4. / 6) / (1. / 9), "lr-": (2. / 6) / (8. / 9),
	} {
		of, err := ScoreOf(name)
		require.NoError(t, err)
		assert.InDelta(t, want, of(c), 1e-12, name)
	}
	for _, name := range Names() {
		_, err := ScoreOf(name)
		assert.NoError(t, err)
	}
	for _, name := range []string{"f", "f-1", "f0", "fx", "IoU", ""} {
		_, err := ScoreOf(name)
		assert.ErrorContains(t, err, "no metric \""+name+"\"; ")
		assert.ErrorContains(t, err, "there are: iou, f1")
	}
	ratio, _ := ScoreOf("lr+")
	text, err := json.Marshal(Score(ratio(Counts{TP: 1, TN: 1})))
	require.NoError(t, err)
	assert.Equal(t, "null", string(text), "infinite")
}

func TestScoreMistakes(t *testing.T) {
	s := flagStats()
	for says, o := range map[string]ScoreOptions{
		"no reduction \"mean\"":   {Reduction: "mean"},
		"2 weights for 3 classes": {Weights: []float64{1, 2}},
		"allowed: 0 or more":      {Weights: []float64{1, math.NaN(), 2}},
	} {
		_, err := s.Score("iou", o)
		assert.ErrorContains(t, err, says)
	}
}

func TestStatsPanics(t *testing.T) {
	assert.PanicsWithValue(t, "metric: Add: truth 2, prediction 0 of class 1 at pixel 0; allowed: 0 and 1, truth 9 is ignored",
		func() { NewStats(Multilabel, 2, 9).Add([]uint8{0, 2}, []uint8{0, 0}) })
	assert.Panics(t, func() { NewStats(Multilabel, 2, 9).Add([]uint8{0, 1}, []uint8{0, 2}) })
	assert.Panics(t, func() { NewStats(Multilabel, 2, 9).Add([]uint8{0}, []uint8{0}) })
	assert.Panics(t, func() { NewStats(Binary, 2, 9) })
	assert.Panics(t, func() { NewStats("both", 2, 9) })
	assert.Panics(t, func() { NewStats(Binary, 1, 9).Merge(NewStats(Multilabel, 1, 9)) })
	assert.Panics(t, func() { NewBoundary(Binary, 1, -1, 0) })
	assert.Panics(t, func() { NewBoundary(Binary, 1, -1, 1).Add(2, 2, make([]uint8, 3), make([]uint8, 4)) })
	assert.Panics(t, func() { NewCurve(Multiclass, 3, -1, []float64{0.5}) })
	assert.Panics(t, func() { NewCurve(Binary, 1, -1, []float64{0.5, 0.5}) })
	assert.Panics(t, func() { NewCurve(Binary, 1, -1, []float64{1}) })
	assert.Panics(t, func() { NewCurve(Binary, 1, -1, []float64{0.5}).Add([]uint8{2}, []float32{1}) })
}

func TestBoundaryByHand(t *testing.T) {
	// A line of five pixels whose class begins at 2, predicted to begin at 3: one edge pixel each, one apart.
	truth, found := []uint8{0, 0, 1, 1, 1}, []uint8{0, 0, 0, 1, 1}
	for tolerance, want := range map[float64]float64{0.1: 1, 0.5: 1, 1: 1} {
		b := NewBoundary(Binary, 1, -1, tolerance)
		b.Add(1, 5, truth, found)
		assert.Equal(t, want, b.Mean(), tolerance)
	}
	b := NewBoundary(Binary, 1, 9, 1)
	b.Add(1, 5, truth, []uint8{0, 0, 0, 0, 1})
	b.Add(1, 5, make([]uint8, 5), make([]uint8, 5))
	assert.Equal(t, 0., b.Mean(), "two apart; a class in neither does not count")
	b.Add(1, 5, []uint8{1, 1, 1, 1, 1}, []uint8{1, 1, 1, 1, 1})
	assert.Equal(t, 0.5, b.Class(0), "no edges in both is right")
	b.Add(1, 5, []uint8{0, 9, 1, 1, 1}, []uint8{1, 1, 1, 1, 1})
	assert.InDelta(t, 2./3, b.Class(0), 1e-15, "beside what is ignored there is no edge")

	all, first := NewBoundary(Binary, 1, 9, 1), NewBoundary(Binary, 1, 9, 1)
	first.Add(1, 5, truth, found)
	all.Add(1, 5, truth, truth)
	all.Merge(first)
	assert.Len(t, all.rows, 2)
	assert.Panics(t, func() { all.Merge(NewBoundary(Binary, 1, 9, 2)) })
	assert.Error(t, CheckTolerance(math.NaN()))
}

// TestCurveIsThresholds holds a curve to the counts of the thresholds one by one, also where a probability is one of them.
func TestCurveIsThresholds(t *testing.T) {
	file := loadMetrics(t)
	var g generated
	probabilities := g.flags(file, 3, 0.5)
	list := []float64{0.75, 0.1, 0.25, 0.5, 0.9}
	whole, rest := NewCurve(Multilabel, 3, -1, list), NewCurve(Multilabel, 3, -1, list)
	for i := range g.truth {
		c := whole
		if i == 1 {
			c = rest
		}
		c.Add(g.truth[i], probabilities[i])
	}
	whole.Merge(rest)
	assert.Equal(t, []float64{0.1, 0.25, 0.5, 0.75, 0.9}, whole.Thresholds())
	best := make([]float64, 3)
	for i, p := range whole.Points() {
		s := NewStats(Multilabel, 3, -1)
		for j := range g.truth {
			found := make([]uint8, len(g.truth[j]))
			Threshold(Limits([]float64{p.Threshold}, 3), probabilities[j], found)
			s.Add(g.truth[j], found)
		}
		for k := range 3 {
			require.Equal(t, s.Total(k), whole.Counts(k, i))
			best[k] = max(best[k], s.Total(k).IoU())
		}
		r := s.Report(nil)
		require.Equal(t, []Score{r.MeanIoU, r.MeanDice}, []Score{p.MeanIoU, p.MeanDice})
	}
	for k, threshold := range whole.Best() {
		for i, p := range whole.Points() {
			if p.Threshold == threshold {
				assert.Equal(t, best[k], whole.Counts(k, i).IoU())
			}
		}
	}
}

func TestMeter(t *testing.T) {
	o := MeterOptions{Task: Multiclass, Classes: 4, Ignore: 255, Boundary: 1}
	m, other := NewMeter(o), NewMeter(o)
	truth, found := []uint8{0, 0, 0, 0, 1, 1, 1, 255, 1, 1}, []uint8{0, 0, 0, 1, 1, 1, 0, 3, 2, 1}
	assert.Equal(t, worked().MeanIoU(), m.Add(2, 5, truth, found, nil))
	other.Add(2, 5, found, found, nil)
	m.Merge(other)
	assert.Equal(t, 2, m.Stats.Images())
	assert.EqualValues(t, 19, m.Confusion.Pixels())
	for k := range 4 {
		assert.Equal(t, m.Confusion.Count(k, k), m.Stats.Total(k).TP)
		assert.Equal(t, m.Confusion.IoU(k), m.Stats.Total(k).IoU(), "class %d", k)
	}
	assert.Equal(t, m.Confusion.Report(nil), m.Report(nil))

	flags := NewMeter(MeterOptions{Task: Binary, Classes: 1, Ignore: 9, Thresholds: []float64{0.5}})
	assert.Equal(t, 0.5, flags.Add(1, 3, []uint8{1, 0, 9}, []uint8{1, 1, 0}, []float32{0.7, 0.6, 0.1}))
	assert.Equal(t, Counts{TP: 1, FP: 1}, flags.Curve.Counts(0, 0))
	flags.Merge(flags)
	assert.Equal(t, Counts{TP: 2, FP: 2}, flags.Curve.Counts(0, 0))
}
