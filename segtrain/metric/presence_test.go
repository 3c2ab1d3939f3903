package metric

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPresence(t *testing.T) {
	p := NewPresence(3)
	for _, x := range []struct {
		class       int
		there, said bool
	}{
		{0, true, true}, {0, true, true}, {0, true, false}, {0, false, true}, {0, false, false},
		{1, false, false}, {1, false, false},
		{2, true, false},
	} {
		p.Add(x.class, x.there, x.said)
	}
	r := p.Report([]string{"a", "b", "c"})
	assert.InDelta(t, 5./8, float64(r.Accuracy), 1e-15)
	assert.InDelta(t, (2./3+0)/2, float64(r.F1), 1e-15, "b occurs nowhere")
	assert.InDelta(t, 2./3, float64(r.PerClass[0].Precision), 1e-15)
	assert.InDelta(t, 2./3, float64(r.PerClass[0].Recall), 1e-15)
	assert.EqualValues(t, 3, r.PerClass[0].Images)
	assert.True(t, math.IsNaN(float64(r.PerClass[1].F1)))
	assert.EqualValues(t, 1, r.PerClass[1].Accuracy)
	assert.Zero(t, r.PerClass[2].F1)
	assert.Contains(t, r.String(), "accuracy 0.625, F1 0.333\n  a                        F1 0.667")
	assert.True(t, math.IsNaN(float64(NewPresence(1).Report([]string{"x"}).F1)))
	assert.Panics(t, func() { p.Report(nil) })
}
