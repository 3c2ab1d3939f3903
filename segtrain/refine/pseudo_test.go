package refine

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

// probabilities is a row of pixels of two classes, by the probability of the second.
func probabilities(second ...float32) *raster.Float {
	p := raster.NewFloat(1, len(second), 2)
	for i, v := range second {
		p.Pix[2*i], p.Pix[2*i+1] = 1-v, v
	}
	return p
}

func TestPseudoLabel(t *testing.T) {
	// sure of 1, sure of 0, not sure, three of five choose the mean's class, four of five do
	members := []*raster.Float{
		probabilities(1, 0, 0.5, 1, 1), probabilities(1, 0, 0.75, 1, 1), probabilities(1, 0, 0.5, 1, 1),
		probabilities(1, 0.25, 0.75, 0.25, 1), probabilities(0.75, 0.25, 0.5, 0.25, 0.25),
	}
	rule := PseudoRule{Thresholds: []float64{0.75, 0.7}, Agreement: 0.8, MinKept: 0.6, MinConfidence: 0.8}
	l := NewPseudoLabel(members, rule)
	assert.Equal(t, []uint8{1, 0, PseudoIgnore, PseudoIgnore, 1}, l.Mask.Pix)
	for i, want := range []float64{0.95, 0.9, 0.6, 0.7, 0.85} {
		assert.InDelta(t, want, l.Confidence[i], 1e-6)
	}
	assert.InDelta(t, 0.6, l.Kept, 1e-12)
	assert.InDelta(t, 0.8, l.Weight, 1e-6)
	require.Len(t, l.Classes, 2)
	assert.Equal(t, [2]int64{1, 1}, [2]int64{l.Classes[0].Pixels, l.Classes[0].Kept})
	assert.Equal(t, [2]int64{4, 2}, [2]int64{l.Classes[1].Pixels, l.Classes[1].Kept})
	assert.InDelta(t, 0.95+0.6+0.7+0.85, l.Classes[1].Confidence, 1e-6)
	assert.InDelta(t, 0.05, l.Mean.Pix[0], 1e-6, "the soft label")

	keeps := func(change func(*PseudoRule)) bool {
		r := rule
		change(&r)
		return r.Keeps(l)
	}
	assert.True(t, keeps(func(r *PseudoRule) { r.MinConfidence = 0.79 }))
	assert.False(t, keeps(func(r *PseudoRule) { r.MinConfidence = 0.81 }))
	assert.False(t, keeps(func(r *PseudoRule) { r.MinKept = 0.61 }))

	higher := rule
	higher.Thresholds = []float64{0.91, 0.7}
	assert.Equal(t, []uint8{1, PseudoIgnore, PseudoIgnore, PseudoIgnore, 1}, NewPseudoLabel(members, higher).Mask.Pix)
	every := PseudoRule{Thresholds: []float64{0, 0}}
	assert.Equal(t, []uint8{1, 0, 1, 1, 1}, NewPseudoLabel(members, every).Mask.Pix)
	none := NewPseudoLabel(members, PseudoRule{Thresholds: []float64{1, 1}})
	assert.False(t, every.Keeps(none), "an image without a label is of no use, whatever the rule")
}

// A single sure model reaches a threshold of 1, and what is not a number is kept by none.
func TestPseudoLabelAtTheEdges(t *testing.T) {
	one := PseudoRule{Thresholds: []float64{1, 1}, Agreement: 1}
	assert.Equal(t, []uint8{1, PseudoIgnore}, NewPseudoLabel([]*raster.Float{probabilities(1, 0.999)}, one).Mask.Pix)
	nan := float32(math.NaN())
	all := PseudoRule{Thresholds: []float64{0, 0}}
	assert.Equal(t, []uint8{PseudoIgnore}, NewPseudoLabel([]*raster.Float{probabilities(nan)}, all).Mask.Pix)
	// 0.9 and the float32 next to it are one threshold.
	nine := PseudoRule{Thresholds: []float64{0.9, 0.9}}
	assert.Equal(t, []uint8{1}, NewPseudoLabel([]*raster.Float{probabilities(0.9)}, nine).Mask.Pix)
	assert.Panics(t, func() { NewPseudoLabel([]*raster.Float{probabilities(1), probabilities(1, 1)}, nine) })
	assert.Panics(t, func() { NewPseudoLabel([]*raster.Float{probabilities(1)}, PseudoRule{Thresholds: []float64{1}}) })
}

func TestPseudoRuleMistakes(t *testing.T) {
	for want, r := range map[string]PseudoRule{
		"the threshold of class 1 is 1.1; allowed: 0 to 1": {Thresholds: []float64{0, 1.1}},
		"the threshold of class 0 is NaN":                  {Thresholds: []float64{math.NaN(), 1}},
		"1 thresholds for 2 classes":                       {Thresholds: []float64{0}},
		"agreement is -0.1":                                {Thresholds: []float64{0, 1}, Agreement: -0.1},
		"min-kept is 2":                                    {Thresholds: []float64{0, 1}, MinKept: 2},
		"min-confidence is 2":                              {Thresholds: []float64{0, 1}, MinConfidence: 2},
	} {
		assert.ErrorContains(t, r.Check(2), want)
	}
	assert.ErrorContains(t, PseudoRule{Thresholds: make([]float64, 256)}.Check(256), "256 classes; allowed: at most 255")
	assert.NoError(t, PseudoRule{Thresholds: []float64{0, 1}, Agreement: 1}.Check(2))
}
