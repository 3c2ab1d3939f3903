package config

import "math"

// cycles: the rates of SWA's cycles, in order.
func (k *checker) cycles() {
	s := k.config.Schedule.SWA
	switch {
	case s.CycleEpochs > 0 && s.Rate == nil:
		k.say([]string{"schedule.swa.rate", "schedule.swa.cycle_epochs"},
			"missing; the cycles of schedule.swa.cycle_epochs go from it to schedule.swa.min_rate")
	case s.CycleEpochs > 0 && s.MinRate == nil:
		k.say([]string{"schedule.swa.min_rate", "schedule.swa.cycle_epochs"},
			"missing; the cycles of schedule.swa.cycle_epochs go from schedule.swa.rate to it")
	case s.CycleEpochs == 0 && s.MinRate != nil:
		k.say([]string{"schedule.swa.min_rate", "schedule.swa.cycle_epochs"},
			"means nothing without schedule.swa.cycle_epochs; allowed then: null")
	case s.CycleEpochs > 0 && *s.MinRate > *s.Rate:
		k.say([]string{"schedule.swa.min_rate", "schedule.swa.rate"}, "%v is above schedule.swa.rate, which is %v",
			*s.MinRate, *s.Rate)
	}
}

// keep: cycles whose ends are kept are there, and end with epochs, since checkpoints are of epochs.
func (k *checker) keep() {
	c := k.config
	if !c.Train.KeepCycles {
		return
	}
	restarts, swa := c.Schedule.Name == "cosine_restarts", c.Schedule.SWA.CycleEpochs > 0
	if !restarts && !swa {
		k.say([]string{"train.keep_cycles", "schedule.name"},
			"there are no cycles; allowed with schedule.name cosine_restarts, or schedule.swa.cycle_epochs above 0")
		return
	}
	whole := func(key string, epochs float64) {
		if epochs != math.Trunc(epochs) {
			k.say([]string{key, "train.keep_cycles"}, "%v makes cycles end within epochs, and train.keep_cycles wants them "+
				"to end with epochs; allowed: a whole number", epochs)
		}
	}
	if restarts {
		whole("schedule.warmup_epochs", c.Schedule.WarmupEpochs)
		if c.Schedule.T0 != nil {
			whole("schedule.t_0", *c.Schedule.T0)
		}
	}
	if swa {
		whole("schedule.swa.start_epoch", c.Schedule.SWA.StartEpoch)
		whole("schedule.swa.cycle_epochs", c.Schedule.SWA.CycleEpochs)
	}
}
