package workflow

import (
	"fmt"
	"slices"

	"tessera/autograd"
	"tessera/internal/parallel"
	"tessera/nn/loss"
	"tessera/segtrain/augment"
	"tessera/segtrain/config"
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

// trainingLoss returns the loss of training steps: pixels of mixed pictures may have two labels.
func (p *parts) trainingLoss() loss.Loss {
	if augment.Soft(p.mix) {
		return train.NewMixture(p.loss)
	}
	return p.loss
}
