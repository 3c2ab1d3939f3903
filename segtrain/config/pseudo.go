package config

// Pseudo says how images with labels of models take part in training. Without a manifest there are none.
type Pseudo struct {
	Manifest   string  `yaml:"manifest"`
	Rate       float64 `yaml:"rate"`
	Sampling   string  `yaml:"sampling"`
	StartEpoch int     `yaml:"start_epoch"`
	Soft       bool    `yaml:"soft"`
}

// pseudo: what labels of models leave out must not count, and a head for whole pictures would take it as not there.
func (k *checker) pseudo() {
	c := k.config
	if c.Pseudo.Manifest == "" {
		return
	}
	if c.Data.Ignore == nil {
		k.say([]string{"pseudo.manifest", "data.ignore"},
			"needs data.ignore: a value for pixels without a label, which no class has, such as 255")
	}
	if c.Model.Aux.Weight > 0 {
		k.say([]string{"pseudo.manifest", "model.aux.weight"},
			"leaves pixels out, and a classification head would learn that what they show is not there; allowed: model.aux.weight 0")
	}
	if c.Train.Steps == 0 && c.Pseudo.StartEpoch >= c.Train.Epochs {
		k.say([]string{"pseudo.start_epoch", "train.epochs"}, "%d is after the run of %d epochs", c.Pseudo.StartEpoch, c.Train.Epochs)
	}
}
