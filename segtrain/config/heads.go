package config

// momentum: what cycles is there, and an average that has a warm-up too.
func (k *checker) momentum() {
	c := k.config
	if w := c.Train.EMAWarmup; w && c.Train.EMADecay == 0 {
		k.say([]string{"train.ema_warmup", "train.ema_decay"}, "means nothing without train.ema_decay; allowed then: false")
	}
	if on := c.Schedule.CycleMomentum; on == nil || !*on {
		return
	}
	switch o := c.Optim; {
	case o.Name == "nadam" || o.Name == "lion":
		k.say([]string{"schedule.cycle_momentum", "optim.name"}, "%s has no momentum that may change; allowed: sgd, adam, adamw, radam, "+
			"adamp, or false", o.Name)
	case o.Name == "sgd" && (o.Momentum == nil || *o.Momentum == 0):
		k.say([]string{"schedule.cycle_momentum", "optim.momentum"}, "sgd has no momentum; optim.momentum switches it on")
	}
}

// heads: what a classification head learns from is there, and what is frozen thaws within the run.
func (k *checker) heads() {
	c, m := k.config, k.config.Model
	switch a := m.Aux; {
	case a.Labels == "mask" && len(a.Classes) > 0:
		k.say([]string{"model.aux.classes", "model.aux.labels"},
			"masks show data.classes; allowed with model.aux.labels mask: nothing")
	case a.Labels == "manifest" && c.Data.Kind != "csv":
		k.say([]string{"model.aux.labels", "data.kind"}, "manifest is for data.kind csv, but data.kind is %s", c.Data.Kind)
	}
	switch e := m.FreezeEpochs; {
	case e > 0 && m.Freeze == "none":
		k.say([]string{"model.freeze_epochs", "model.freeze"}, "means nothing while model.freeze is none; allowed then: 0")
	case e > 0 && c.Train.Steps == 0 && e >= float64(c.Train.Epochs):
		k.say([]string{"model.freeze_epochs", "train.epochs"}, "%v leaves nothing of the run of %d epochs; 0 freezes throughout",
			e, c.Train.Epochs)
	}
}
