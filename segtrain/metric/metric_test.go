package metric

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Classes 0 and 1 occur, 2 is only predicted, 3 occurs nowhere; one pixel is ignored.
func worked() *Confusion {
	c := NewConfusion(4)
	c.Add(
		[]uint8{0, 0, 0, 0, 1, 1, 1, 255, 1, 1},
		[]uint8{0, 0, 0, 1, 1, 1, 0, 3, 2, 1},
		255)
	return c
}

func TestByHand(t *testing.T) {
	c := worked()
	assert.Equal(t, 4, c.Classes())
	assert.Equal(t, int64(9), c.Pixels())
	assert.Equal(t, int64(1), c.Count(0, 1))
	assert.Equal(t, []int64{4, 5, 0, 0}, []int64{c.Support(0), c.Support(1), c.Support(2), c.Support(3)})
	assert.Equal(t, []int64{4, 4, 1, 0}, []int64{c.Predicted(0), c.Predicted(1), c.Predicted(2), c.Predicted(3)})
	assert.Equal(t, []bool{true, true, true, false}, []bool{c.Present(0), c.Present(1), c.Present(2), c.Present(3)})

	assert.Equal(t, 3./5, c.IoU(0))
	assert.Equal(t, 3./6, c.IoU(1))
	assert.Equal(t, 0., c.IoU(2))
	assert.True(t, math.IsNaN(c.IoU(3)))
	assert.Equal(t, 6./8, c.Dice(0))
	assert.Equal(t, 6./9, c.Dice(1))
	assert.True(t, math.IsNaN(c.Dice(3)))
	assert.Equal(t, 3./4, c.Precision(1))
	assert.Equal(t, 3./5, c.Recall(1))
	assert.True(t, math.IsNaN(c.Recall(2)))
	assert.True(t, math.IsNaN(c.Precision(3)))

	assert.Equal(t, 6./9, c.PixelAccuracy())
	assert.InDelta(t, (3./5+3./6+0)/3, c.MeanIoU(), 1e-15)
	assert.InDelta(t, (6./8+6./9+0)/3, c.MeanDice(), 1e-15)
	assert.InDelta(t, (4*3./5+5*3./6)/9, c.FreqWeightedIoU(), 1e-15)
}

func TestNothingCounted(t *testing.T) {
	c := NewConfusion(2)
	c.Add([]uint8{7, 7}, []uint8{9, 0}, 7)
	for _, v := range []float64{c.MeanIoU(), c.MeanDice(), c.PixelAccuracy(), c.FreqWeightedIoU()} {
		assert.True(t, math.IsNaN(v))
	}
	assert.True(t, math.IsNaN(ImageScore([]uint8{7}, []uint8{0}, 2, 7)))
}

func TestImageScore(t *testing.T) {
	assert.Equal(t, 1., ImageScore([]uint8{3, 3}, []uint8{3, 3}, 5, -1), "only the classes of the image count")
	assert.Equal(t, 0.25, ImageScore([]uint8{0, 0}, []uint8{0, 1}, 5, -1))
	assert.Equal(t, 0., ImageScore([]uint8{0}, []uint8{1}, 2, -1))
}

// slow computes one class's scores from sets of pixel positions, without a matrix.
func slow(truth, prediction []uint8, ignore, k int) (iou, dice, precision, recall float64) {
	t, p, both, either := 0., 0., 0., 0.
	for i := range truth {
		if int(truth[i]) == ignore {
			continue
		}
		inT, inP := int(truth[i]) == k, int(prediction[i]) == k
		for n, in := range map[*float64]bool{&t: inT, &p: inP, &both: inT && inP, &either: inT || inP} {
			if in {
				*n++
			}
		}
	}
	return both / either, 2 * both / (t + p), both / p, both / t
}

func TestAgainstSlow(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		classes := 1 + rng.IntN(6)
		n := rng.IntN(40)
		truth, prediction := make([]uint8, n), make([]uint8, n)
		for i := range n {
			truth[i], prediction[i] = uint8(rng.IntN(classes+1)), uint8(rng.IntN(classes))
		}
		whole, first, second := NewConfusion(classes), NewConfusion(classes), NewConfusion(classes)
		whole.Add(truth, prediction, classes)
		first.Add(truth[:n/3], prediction[:n/3], classes)
		second.Add(truth[n/3:], prediction[n/3:], classes)
		second.Merge(first)
		require.Equal(t, whole, second)

		sum, sumDice, present := 0., 0., 0.
		for k := range classes {
			iou, dice, precision, recall := slow(truth, prediction, classes, k)
			got := []float64{whole.IoU(k), whole.Dice(k), whole.Precision(k), whole.Recall(k)}
			for i, want := range []float64{iou, dice, precision, recall} {
				require.True(t, got[i] == want || math.IsNaN(got[i]) && math.IsNaN(want), "%v, %v", got[i], want)
			}
			if !math.IsNaN(iou) {
				sum, sumDice, present = sum+iou, sumDice+dice, present+1
			}
		}
		if present > 0 {
			require.InDelta(t, sum/present, whole.MeanIoU(), 1e-12)
			require.InDelta(t, sumDice/present, whole.MeanDice(), 1e-12)
		}
	}
}

func TestPanics(t *testing.T) {
	c := NewConfusion(3)
	assert.PanicsWithValue(t, "metric: Add: 2 pixels of truth and 1 of prediction", func() {
		c.Add([]uint8{0, 0}, []uint8{0}, -1)
	})
	assert.PanicsWithValue(t,
		"metric: Add: truth 3, prediction 0 at pixel 1; allowed: 0 to 2, truth 255 is ignored", func() {
			c.Add([]uint8{0, 3}, []uint8{0, 0}, 255)
		})
	assert.Panics(t, func() { c.Add([]uint8{0}, []uint8{255}, 255) }, "a prediction is never ignored")
	assert.Panics(t, func() { c.Merge(NewConfusion(2)) })
	assert.Panics(t, func() { NewConfusion(0) })
	assert.Panics(t, func() { NewConfusion(257) })
	assert.Panics(t, func() { c.IoU(3) })
	assert.Panics(t, func() { c.Count(0, -1) })
	assert.Panics(t, func() { c.Report([]string{"one"}) })
}

func TestReportJSON(t *testing.T) {
	r := worked().Report([]string{"sky", "road", "car", "pole"})
	data, err := json.Marshal(r)
	require.NoError(t, err)
	var tree map[string]any
	require.NoError(t, json.Unmarshal(data, &tree))
	assert.InDelta(t, 1.1/3, tree["mean_iou"], 1e-12)
	assert.InDelta(t, 6./9, tree["pixel_accuracy"], 1e-12)
	classes := tree["per_class"].([]any)
	assert.Equal(t, map[string]any{
		"name": "pole", "iou": nil, "dice": nil, "precision": nil, "recall": nil, "pixels": 0., "present": false,
	}, classes[3])
	assert.Equal(t, []any{3., 1., 0., 0.}, tree["confusion"].([]any)[0])

	var back Report
	require.NoError(t, json.Unmarshal(data, &back))
	assert.True(t, math.IsNaN(float64(back.PerClass[3].IoU)))
	assert.Equal(t, r.String(), back.String())
	assert.Equal(t, r.Confusion, back.Confusion)
	assert.Error(t, json.Unmarshal([]byte(`{"mean_iou":"high"}`), &back))
}
