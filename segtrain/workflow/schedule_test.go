package workflow

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/config"
	"tessera/segtrain/train"
)

func TestScheduleWarmsUpInEpochs(t *testing.T) {
	cfg := parse(t, "optim.lr=0.01", "schedule.warmup_epochs=0.5", "schedule.min_lr=0.001")
	s := newCourse(cfg, 100, 20).schedule
	assert.InDelta(t, 0.001, s(0), 1e-12)
	assert.InDelta(t, 0.01, s(9), 1e-12)
	assert.InDelta(t, 0.01, s(10), 1e-12)
	assert.Less(t, s(99), 0.0011)

	cfg = parse(t, "optim.lr=0.3", "schedule.warmup_epochs=0.5", "schedule.warmup_factor=0.5")
	s = newCourse(cfg, 100, 20).schedule
	assert.InDelta(t, 0.15, s(0), 1e-12)
	assert.InDelta(t, 0.285, s(9), 1e-12)
	assert.InDelta(t, 0.3, s(10), 1e-12)

	cfg = parse(t, "schedule.name=constant", "schedule.warmup_epochs=0", "optim.lr=0.5")
	assert.Equal(t, 0.5, newCourse(cfg, 10, 1).schedule(9))

	cfg = parse(t, "train.steps=3", "schedule.warmup_epochs=9") // a warm-up longer than the run
	assert.InDelta(t, cfg.Optim.LR, newCourse(cfg, 3, 40).schedule(2), 1e-12)
}

// TestEverySchedule looks at the rates of each at chosen steps of a run of 10 epochs of 20 steps.
func TestEverySchedule(t *testing.T) {
	type rates map[int]float64
	cases := map[string]rates{
		"{name: constant}":                                                     {0: 1, 199: 1},
		"{name: cosine, min_lr: 0.5}":                                          {0: 1, 100: 0.75, 200: 0.5},
		"{name: cosine_restarts, t_0: 2, t_mult: 2}":                           {0: 1, 20: 0.5, 40: 1, 80: 0.5, 120: 1},
		"{name: polynomial, power: 2, min_lr: 0.2}":                            {0: 1, 100: 0.4, 200: 0.2},
		"{name: one_cycle, pct_start: 0.25, anneal_strategy: linear}":          {0: 0.04, 49: 1, 199: 4e-6},
		"{name: one_cycle, pct_start: 0.25, three_phase: true}":                {0: 0.04, 49: 1, 98: 0.04, 199: 4e-6},
		"{name: step, step_size: 2.5, gamma: 0.5}":                             {0: 1, 49: 1, 50: 0.5, 100: 0.25},
		"{name: multi_step, milestones: [1, 1.5], gamma: 0.5}":                 {0: 1, 19: 1, 20: 0.5, 30: 0.25, 199: 0.25},
		"{name: exponential, gamma: 0.25}":                                     {0: 1, 10: 0.5, 20: 0.25, 40: 1. / 16},
		"{name: plateau}":                                                      {0: 1, 199: 1},
		"{name: constant, swa: {start_epoch: 5, rate: 0.5, anneal_epochs: 2}}": {99: 1, 100: 1, 120: 0.75, 140: 0.5, 199: 0.5},
	}
	seen := map[string]bool{}
	for text, want := range cases {
		cfg := parse(t, "optim.lr=1", "train.epochs=10", "schedule="+text, "schedule.warmup_epochs=0")
		seen[cfg.Schedule.Name] = true
		s := newCourse(cfg, 200, 20).schedule
		for step, rate := range want {
			assert.InDelta(t, rate, s(step), 1e-12, "%s at %d", text, step)
		}
	}
	assert.Len(t, seen, len(config.Choices("schedule.name")))
}

func TestPlateauWatchesWhatItIsTold(t *testing.T) {
	cfg := parse(t, "optim.lr=1",
		"schedule={name: plateau, monitor: mean_iou, factor: 0.5, patience: 1, min_lr: 0.3, warmup_epochs: 0.5}")
	c := newCourse(cfg, 200, 20)
	require.NotNil(t, c.plateau)
	e := &train.Evaluation{Loss: 0.3}
	e.Report.MeanIoU = 0.5
	assert.Equal(t, 0.5, c.watch(e))
	for _, want := range []float64{1, 1, 0.5, 0.5, 0.3} { // the first is the best, and every second one after it too many
		c.plateau.Observe(c.watch(e))
		assert.Equal(t, want, c.schedule(100))
	}
	assert.InDelta(t, 0.03, c.schedule(0), 1e-12, "the warm-up is of the rate that there is")
	assert.Equal(t, 0.3, newCourse(parse(t, "schedule.name=plateau"), 9, 1).watch(e), "the loss, if nothing is told")
}
