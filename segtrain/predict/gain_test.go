package predict

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGains(t *testing.T) {
	nan := math.NaN()
	two, eight := viewsOf(t, "hflip"), viewsOf(t, "d4")
	plain := Trial{MeanIoU: 0.5, Scores: []float64{0.1, 0.2, 0.3, 0.4, 0.5, nan}, Seconds: 6}
	trials := []Trial{
		{Name: "sure", Views: two, MeanIoU: 0.52, Scores: []float64{0.12, 0.22, 0.33, 0.42, 0.51, nan}, Seconds: 12},
		{Name: "dear", Views: eight, MeanIoU: 0.55, Scores: []float64{0.15, 0.25, 0.36, 0.45, 0.54, nan}, Seconds: 48},
		{Name: "chance", Views: two, MeanIoU: 0.6, Scores: []float64{0.9, 0.1, 0.2, 0.4, 0.5, nan}, Seconds: 7},
		{Name: "worse", Views: two, MeanIoU: 0.4, Scores: []float64{0, 0.1, 0.2, 0.3, 0.4, nan}, Seconds: 12},
		{Name: "few", Views: two, Scores: []float64{0.2, 0.3, nan, nan, nan, nan}, Seconds: 12},
		{Name: "free", Scores: plain.Scores, Seconds: 5},
	}
	gains := Gains(plain, trials)
	require.Len(t, gains, 6)
	sure := gains[0]
	assert.InDelta(t, 0.02, sure.Gain, 1e-12)
	assert.InDelta(t, math.Sqrt(0.0002/4/5), sure.SE, 1e-12) // differences 2, 2, 3, 2, 1 hundredths
	assert.InDelta(t, 0.02, sure.PooledGain, 1e-12)
	assert.Equal(t, []any{5, 2.0, true}, []any{sure.Images, sure.Seconds, sure.BeyondNoise})
	per := (6.0 + 12 + 48 + 7 + 12 + 12 + 5) / 6 / (1 + 2 + 8 + 2 + 2 + 2 + 1) // seconds of a picture alone, over all trials
	assert.InDelta(t, 0.02/per, sure.GainPerSecond, 1e-12)
	assert.InDelta(t, gains[1].Gain/(7*per), gains[1].GainPerSecond, 1e-12)
	assert.True(t, gains[1].BeyondNoise)
	assert.Greater(t, gains[1].Gain, sure.Gain)
	for _, g := range gains[2:] {
		assert.False(t, g.BeyondNoise, g.Name)
	}
	assert.Equal(t, "sure", Best(gains).Name)
	trials[0].Seconds = 1000 // the machine was busy
	assert.Equal(t, "sure", Best(Gains(plain, trials)).Name, "the clock does not choose")
	assert.Nil(t, Best(gains[2:]), "an honest none")
	assert.True(t, math.IsNaN(Gains(plain, []Trial{{Scores: []float64{nan, nan, nan, nan, nan, nan}}})[0].SE))
}
