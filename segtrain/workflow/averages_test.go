package workflow

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/config"
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
	cfg := parse(t, "train.swa=true", "schedule={swa: {rate: 0.1, min_rate: 0.01, cycle_epochs: 1.5}}")
	a, err = newAverages(cfg, 87, 10)
	require.NoError(t, err)
	assert.Equal(t, [2]int{60, 15}, [2]int{a.SWAStart, a.SWAEvery}, "three quarters, less what is left of an epoch")
	_, err = newAverages(cfg, 40, 10)
	assert.ErrorContains(t, err, "train.swa: nothing to average: the first cycle of schedule.swa ends after step 45, and the run has 40")
	cfg = parse(t, "train.swa=true", "train.steps=20", "schedule={swa: {start_epoch: 2, rate: 0.1}}")
	_, err = newAverages(cfg, 20, 10)
	assert.ErrorContains(t, err, "train.swa: nothing to average: schedule.swa.start_epoch 2 is step 20, and the run has 20")
}

// TestCyclesEndWhereTheRateDoes compares the ends of cycles with where the rate jumps up.
func TestCyclesEndWhereTheRateDoes(t *testing.T) {
	const perEpoch, steps = 4, 60
	for text, want := range map[string][]int{
		"{name: cosine_restarts, t_0: 2, warmup_epochs: 0}":                                                   {8, 16, 24, 32, 40, 48, 56},
		"{name: cosine_restarts, t_0: 2, t_mult: 2, warmup_epochs: 1}":                                        {12, 28, 60},
		"{name: constant, swa: {start_epoch: 5, rate: 0.5, min_rate: 0.1, cycle_epochs: 3}}":                  {32, 44, 56},
		"{name: cosine, swa: {rate: 0.5, min_rate: 0.1, cycle_epochs: 2}}":                                    {52, 60},
		"{name: cosine_restarts, t_0: 8, warmup_epochs: 0, swa: {rate: 0.9, min_rate: 0.1, cycle_epochs: 1}}": {32, 48, 52, 56, 60},
	} {
		cfg := parse(t, "optim.lr=1", "train.epochs=15", "train.keep_cycles=true", "schedule="+text)
		k := newKeep(cfg, steps, perEpoch)
		rate := newCourse(cfg, steps, perEpoch).schedule
		var got []int
		for step := 1; step <= steps; step++ {
			if !k.Cycle(step) {
				continue
			}
			got = append(got, step)
			if step < steps {
				assert.Greater(t, rate(step), rate(step-1), "%s: another begins after %d", text, step)
			}
		}
		assert.Equal(t, want, got, text)
	}
	assert.Nil(t, newKeep(parse(t, "train.keep_last=3", "train.keep_best=2"), steps, perEpoch).Cycle)
	_, err := config.Parse("r", []byte("train: {keep_cycles: true}\nschedule: {name: cosine_restarts, t_0: 2.5}"))
	assert.ErrorContains(t, err, "r:2:11: schedule.warmup_epochs: 0.5 makes cycles end within epochs")
	assert.ErrorContains(t, err, "r:2:40: schedule.t_0: 2.5 makes cycles end within epochs")
}
