package gate

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
)

func TestGate(t *testing.T) {
	g, err := New([]string{"ground", "cat", "cow"}, []string{"cow", "rain", "cat"}, []float64{0.4})
	require.NoError(t, err)
	assert.Equal(t, []bool{false, true, false}, g.Shut([]float32{0.4, 0, 0.39}), "the ground is not told, and the threshold itself passes")
	p := &raster.Float{H: 1, W: 2, C: 3, Pix: []float32{0.1, 0.6, 0.3, 0.3, 0.5, 0.2}}
	assert.Same(t, p, g.Apply(p, []float32{1, 0, 1}))
	out := g.Apply(p, []float32{1, 1, 0.1})
	assert.Equal(t, []float32{0.1, 0, 0.3, 0.3, 0, 0.2}, out.Pix)
	assert.Equal(t, []float32{0.1, 0.6, 0.3, 0.3, 0.5, 0.2}, p.Pix, "what was there is as it was")
	assert.Equal(t, []float32{0.1, 0, 0, 0.3, 0, 0}, g.Apply(p, []float32{0, 1, 0}).Pix)

	each, err := New([]string{"ground", "cat"}, []string{"ground", "cat"}, []float64{0, 0.5})
	require.NoError(t, err)
	assert.Equal(t, []bool{false, true}, each.Shut([]float32{0, 0.2}), "0 lets all through")
	assert.Panics(t, func() { g.Apply(raster.NewFloat(1, 1, 2), []float32{0, 0, 0}) })

	for says, x := range map[string]struct {
		tells      []string
		thresholds []float64
	}{
		"3 thresholds for 2 classes":    {[]string{"a"}, []float64{0.1, 0.2, 0.3}},
		"0 thresholds for 2 classes":    {[]string{"a"}, nil},
		"threshold 1 is out of range":   {[]string{"a"}, []float64{1}},
		"threshold NaN is out of range": {[]string{"a"}, []float64{math.NaN()}},
		"none of them is the same":      {[]string{"c"}, []float64{0.1}},
		`a threshold for "b", which`:    {[]string{"a"}, []float64{0.1, 0.2}},
	} {
		_, err := New([]string{"a", "b"}, x.tells, x.thresholds)
		assert.ErrorContains(t, err, says)
	}
}

// pictures draws pictures of one class of which a head is right about the empty ones as often as skill says, and whose masks
// have some pixels in the empty ones as well.
func pictures(n int, skill float64) (samples []Sample, thresholds []float64) {
	rng := rand.New(rand.NewPCG(3, 4))
	thresholds = []float64{0.25, 0.5, 0.75}
	for i := range n {
		there := i%2 == 0
		said := rng.Float64()
		if rng.Float64() < skill {
			said /= 2
			if there {
				said += 0.5
			}
		}
		s := Sample{Fold: i % 3, Plain: []metric.Counts{{FP: 5, TN: 95}}}
		shut := []metric.Counts{{TN: 100}}
		if there {
			s.Plain, shut = []metric.Counts{{TP: 10, FP: 5, FN: 5, TN: 80}}, []metric.Counts{{FN: 15, TN: 85}}
		}
		for _, t := range thresholds {
			if said < t {
				s.Outcomes = append(s.Outcomes, shut)
			} else {
				s.Outcomes = append(s.Outcomes, s.Plain)
			}
		}
		samples = append(samples, s)
	}
	return samples, thresholds
}

func TestFitFindsWhatAHeadKnows(t *testing.T) {
	samples, thresholds := pictures(300, 0.9)
	for _, m := range Metrics {
		r, err := Fit(FitOptions{m, thresholds}, samples)
		require.NoError(t, err)
		assert.Equal(t, 0.5, r.Threshold, m)
		assert.Equal(t, []float64{0.5, 0.5, 0.5}, r.ByFold)
		assert.True(t, r.Low > 0 && r.Low < r.Gain && r.Gain < r.High, "%s: %v to %v to %v", m, r.Low, r.Gain, r.High)
		assert.InDelta(t, r.Plain+r.Gain, r.Nested, 1e-12)
		assert.Equal(t, r.Naive, r.Nested)
		require.Len(t, r.Points, 4)
		assert.Zero(t, r.Points[0].Threshold)
	}
	r, err := Fit(FitOptions{"dice_image", thresholds}, samples)
	require.NoError(t, err)
	assert.InDelta(t, 0.5*0+0.5*20./30, r.Plain, 1e-12, "a pixel in an empty picture makes it 0")
	assert.InDelta(t, 1500./(1500+2*750+750), r.Points[0].IoU, 1e-12)
}

func TestFitBelievesNoHeadThatGuesses(t *testing.T) {
	samples, thresholds := pictures(60, 0)
	r, err := Fit(FitOptions{"iou", thresholds}, samples)
	require.NoError(t, err)
	assert.Zero(t, r.Threshold)
	assert.LessOrEqual(t, r.Nested, r.Naive)
	assert.False(t, r.Low > 0)
}

func TestFitMistakes(t *testing.T) {
	samples, thresholds := pictures(6, 1)
	_, err := Fit(FitOptions{"recall", thresholds}, samples)
	assert.ErrorContains(t, err, `no metric "recall"; there are: [iou dice dice_image]`)
	_, err = Fit(FitOptions{"iou", thresholds}, samples[:1])
	assert.ErrorContains(t, err, "pictures of two at least")
	_, err = Fit(FitOptions{"iou", thresholds}, nil)
	assert.ErrorContains(t, err, "pictures of two at least")
}

func TestDiceOfImages(t *testing.T) {
	list := []row{{{TP: 1, FN: 2}, {TN: 3}}, {{}, {FP: 2}}}
	assert.InDelta(t, (2./4+1+0)/3, diceImage(list), 1e-12, "what nothing counts for is left out")
}
