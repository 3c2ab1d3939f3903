package workflow

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/train"
)

func TestAverages(t *testing.T) {
	a, err := newAverages(parse(t), 80, 10)
	require.NoError(t, err)
	assert.False(t, a.SWA)
	assert.Zero(t, a.EMADecay)
	for text, want := range map[string]int{"{swa: {start_epoch: 2.5, rate: 0.1}}": 25, "{}": 60} {
		cfg := parse(t, "train.swa=true", "train.ema_decay=0.99", "train.epochs=8", "schedule="+text)
		a, err := newAverages(cfg, 80, 10)
		require.NoError(t, err)
		assert.Equal(t, train.Averages{EMADecay: 0.99, EMAFile: "ema.safetensors", SWA: true, SWAStart: want,
			SWAFile: "swa.safetensors"}, a)
		assert.Equal(t, 2, averages(cfg))
	}
	cfg := parse(t, "train.swa=true", "train.steps=20", "schedule={swa: {start_epoch: 2, rate: 0.1}}")
	_, err = newAverages(cfg, 20, 10)
	assert.ErrorContains(t, err, "train.swa: nothing to average: schedule.swa.start_epoch 2 is step 20, and the run has 20")
}
