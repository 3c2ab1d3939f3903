package refine

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

// flagged is a row of pixels of two classes that may overlap, by probabilities pixel by pixel.
func flagged(p ...float32) *raster.Float { return &raster.Float{H: 1, W: len(p) / 2, C: 2, Pix: p} }

func TestPseudoFlags(t *testing.T) {
	// Of the first class: sure that it is there; sure that not; in doubt; there, but only three of four say so. Of the second
	// thresholds differ: 0.5 is enough, 0.25 is not low enough, 0.125 is, and what is between 0.5 and cut 0.5 is nothing.
	members := []*raster.Float{
		flagged(1, 0.5, 0, 0.25, 0.5, 0.125, 1, 1), flagged(1, 0.5, 0, 0.25, 0.75, 0.125, 1, 1),
		flagged(1, 0.75, 0.25, 0.25, 0.5, 0, 1, 1), flagged(0.75, 0.5, 0, 0.25, 0.75, 0, 0.25, 1),
	}
	rule := PseudoRule{Thresholds: []float64{0.8, 0.5}, Clear: []float64{0.2, 0.2}, Cut: []float64{0.5, 0.5}, Agreement: 0.8}
	require.NoError(t, rule.Check(2))
	labels := func(l *PseudoLabel) []uint8 {
		out := make([]uint8, 8)
		l.Flags.Labels(PseudoIgnore, out)
		return out
	}
	l := NewPseudoLabel(members, rule)
	assert.Nil(t, l.Mask)
	assert.Equal(t, []uint8{1, 1, 0, PseudoIgnore, PseudoIgnore, 0, PseudoIgnore, 1}, labels(l))
	assert.InDelta(t, 5.0/8, l.Kept, 1e-12)
	for i, want := range []float64{0.5625, 0.75, 0.625, 0.8125} {
		assert.InDelta(t, want, l.Confidence[i], 1e-6, "the least over classes")
	}
	assert.InDelta(t, (0.9375+0.5625+0.9375+0.75+0.625+0.9375+0.8125+1)/8, l.Weight, 1e-6)
	assert.Equal(t, PseudoCount{Pixels: 3, Kept: 1, Confidence: 0.9375 + 0.625 + 0.8125, Without: 1, Clear: 1}, l.Classes[0])
	assert.Equal(t, PseudoCount{Pixels: 2, Kept: 2, Confidence: 1.5625, Without: 2, Clear: 1}, l.Classes[1])

	soft := l.SoftFlags()
	assert.Equal(t, []uint8{239, 16, 159, 207}, soft[0].Pix, "255 times the mean, also without a label")
	assert.Equal(t, []uint8{143, 64, 16, 255}, soft[1].Pix)

	one := rule
	one.Agreement = 0
	assert.Equal(t, uint8(1), labels(NewPseudoLabel(members, one))[6])
	every := PseudoRule{Thresholds: []float64{0.5, 0.5}, Clear: []float64{0.5, 0.5}, Cut: []float64{0.5, 0.5}}
	assert.Equal(t, []uint8{1, 1, 0, 0, 1, 0, 1, 1}, labels(NewPseudoLabel(members, every)), "0.5 is there")
	strict := PseudoRule{Thresholds: []float64{1, 1}, Clear: []float64{0, 0}, Cut: []float64{0.5, 0.5}}
	assert.Equal(t, []uint8{PseudoIgnore, PseudoIgnore, PseudoIgnore, PseudoIgnore, PseudoIgnore, PseudoIgnore, PseudoIgnore, 1},
		labels(NewPseudoLabel(members, strict)))
	nan := float32(math.NaN())
	l = NewPseudoLabel([]*raster.Float{flagged(nan, 1)}, every)
	assert.Equal(t, uint8(PseudoIgnore), l.Flags.Class(0, PseudoIgnore).Pix[0])
	assert.Equal(t, uint8(0), l.SoftFlags()[0].Pix[0])
	assert.False(t, every.Keeps(l), "what is no number has no confidence")
}

func TestPseudoFlagMistakes(t *testing.T) {
	rule := func(change func(*PseudoRule)) error {
		r := PseudoRule{Thresholds: []float64{0.9, 0.9}, Clear: []float64{0.1, 0.1}, Cut: []float64{0.5, 0.5}}
		change(&r)
		return r.Check(2)
	}
	assert.NoError(t, rule(func(*PseudoRule) {}))
	assert.ErrorContains(t, rule(func(r *PseudoRule) { r.Clear[1] = 0.95 }), "class 1 is not there up to 0.95; allowed: 0 to 0.9, from which it is there")
	assert.ErrorContains(t, rule(func(r *PseudoRule) { r.Clear[0] = math.NaN() }), "class 0 is not there up to NaN")
	assert.ErrorContains(t, rule(func(r *PseudoRule) { r.Cut = nil }), "2 and 0 thresholds of what is not there for 2 classes")
	m := manifest(TracePseudo(traces(nil)))
	m.Task = "binary"
	_, err := m.Choose(run("split", 0, "a"))
	assert.ErrorContains(t, err, "they are of the task binary, and the run's is multiclass")
	many := PseudoRule{Thresholds: make([]float64, 256), Clear: make([]float64, 256), Cut: make([]float64, 256)}
	assert.NoError(t, many.Check(256))
}
