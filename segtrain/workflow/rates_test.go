package workflow

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

// TestScheduleShowsWhatTrainingTakes compares the rates told before a run with the length and course of the run itself.
func TestScheduleShowsWhatTrainingTakes(t *testing.T) {
	cfg := parse(t, "train.epochs=3", "schedule={name: exponential, gamma: 0.5, warmup_epochs: 1}")
	r, err := Schedule(cfg)
	require.NoError(t, err)
	s, err := openSource(cfg, t.TempDir())
	require.NoError(t, err)
	steps, perEpoch := lengths(cfg, len(s.train))
	assert.Equal(t, perEpoch, r.PerEpoch)
	require.Len(t, r.Rates, steps)
	for step, rate := range r.Rates {
		assert.Equal(t, newCourse(cfg, steps, perEpoch).schedule(step), rate)
	}
	assert.False(t, r.Plateau)

	path := filepath.Join(t.TempDir(), "rate.png")
	require.NoError(t, r.Plot(path))
	info, err := raster.Probe(path)
	require.NoError(t, err)
	assert.Greater(t, info.W, info.H)

	cfg.Train.Batch = 0
	_, err = Schedule(cfg)
	assert.ErrorContains(t, err, "train.batch")
}
