package config

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
