package workflow

import (
	"fmt"
	"slices"

	"tessera/autograd"
	"tessera/internal/parallel"
	"tessera/nn/loss"
	"tessera/segtrain/augment"
	"tessera/segtrain/config"
	"tessera/segtrain/metric"
	"tessera/segtrain/train"
	"tessera/tensor"
)

func init() {
	for _, m := range []struct{ name, doc string }{
		{"MixUp", "the sum of two pictures, with both labels"},
		{"CutMix", "a box of another picture"},
		{"ClassMix", "half of the classes of another picture, cut out along their outlines"},
		{"Mosaic", "four pictures about a point"},
		{"SnapMix", "a box of another picture in a box of another size, for a classification head (model.aux)"},
	} {
		config.Register("mix", config.Choice{
			Name: m.name, Doc: m.doc, Settings: func() any { return augment.MixDefaults(m.name) },
		})
	}
}

// newMix returns the mixers that the configuration lists.
func newMix(cfg *config.Config, l loss.Loss) ([]augment.Mixer, error) {
	var list []augment.Mixer
	if softLabels(cfg) && !loss.Mixable(l) {
		return nil, cfg.Mistake("pseudo.soft", "soft labels are two classes a pixel, and %s cannot take them; allowed: another loss, or "+
			"pseudo.soft: false", unmixable(cfg, l))
	}
	for i, part := range cfg.Mix {
		key := fmt.Sprintf("mix.%d", i)
		m, err := augment.NewMixer(part.Name, part.Decode)
		if err != nil {
			return nil, located(cfg, key, err)
		}
		if m.Soft() && !loss.Mixable(l) {
			return nil, cfg.Mistake(key, "%s gives pixels two labels, and %s cannot take them; allowed beside it: "+
				"CutMix, ClassMix, Mosaic, SnapMix, or another loss", part.Name, unmixable(cfg, l))
		}
		if m.Soft() && softLabels(cfg) {
			return nil, cfg.Mistake(key, "%s would make four labels a pixel of the two of soft labels (pseudo.soft); allowed beside them: "+
				"CutMix, ClassMix, Mosaic", part.Name)
		}
		if augment.Snaps([]augment.Mixer{m}) && cfg.Model.Aux.Weight == 0 {
			return nil, cfg.Mistake(key, "SnapMix weighs what pictures show by the activation maps of a classification head, and there is "+
				"none; set model.aux.weight above 0, or use CutMix")
		}
		list = append(list, m)
	}
	if err := augment.CheckMix(list); err != nil {
		return nil, cfg.Mistake("mix", "%v", err)
	}
	if len(list) > 0 && cfg.Train.Samples() < 2 {
		return nil, cfg.Mistake("mix", "a batch of one picture has nothing to mix; train.batch times train.accumulate must be 2 or more")
	}
	return list, nil
}

// mixesBy tells whether the configuration lists a mixer.
func mixesBy(cfg *config.Config, name string) bool {
	return slices.ContainsFunc(cfg.Mix, func(p config.Part) bool { return p.Name == name })
}

// forecastLook returns the memory of what SnapMix asks the model about batches of pictures, 0 without it.
func (p *parts) forecastLook(cfg *config.Config, pictures tensor.Shape) int64 {
	if !augment.Snaps(p.mix) {
		return 0
	}
	t := autograd.NewTape(autograd.Inference)
	t.Precision = precision(cfg)
	train.RecordLook(t, p.model, t.Input(pictures))
	return t.Forecast(parallel.Workers())
}

// unmixable names the terms of a loss that cannot take two labels a pixel.
func unmixable(cfg *config.Config, l loss.Loss) string {
	sum, ok := l.(loss.Sum)
	for i, part := range cfg.Loss {
		if ok && i < len(sum.Losses) && !loss.Mixable(sum.Losses[i]) {
			return "loss " + part.Name
		}
	}
	return "the loss"
}

// softLabels tells whether a configuration trains with soft labels of models.
func softLabels(cfg *config.Config) bool { return cfg.Pseudo.Manifest != "" && cfg.Pseudo.Soft }

// trainingLoss returns the loss of training steps: pixels of mixed pictures, and those of soft labels, may have two labels.
func (p *parts) trainingLoss(cfg *config.Config) loss.Loss {
	if augment.Soft(p.mix) || softLabels(cfg) {
		m := train.NewMixture(p.loss)
		m.PerLabel = softLabels(cfg) && task(cfg) == metric.Multilabel
		return m
	}
	return p.loss
}
