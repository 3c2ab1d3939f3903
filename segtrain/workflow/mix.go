package workflow

import (
	"fmt"

	"tessera/nn/loss"
	"tessera/segtrain/augment"
	"tessera/segtrain/config"
	"tessera/segtrain/train"
)

func init() {
	for _, m := range []struct{ name, doc string }{
		{"MixUp", "the sum of two pictures, with both labels"},
		{"CutMix", "a box of another picture"},
		{"ClassMix", "half of the classes of another picture, cut out along their outlines"},
		{"Mosaic", "four pictures about a point"},
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
				"CutMix, ClassMix, Mosaic, or another loss", part.Name, unmixable(cfg, l))
		}
		list = append(list, m)
	}
	if err := augment.CheckMix(list); err != nil {
		return nil, cfg.Mistake("mix", "%v", err)
	}
	if len(list) > 0 && cfg.Train.Batch < 2 {
		return nil, cfg.Mistake("mix", "a batch of one picture has nothing to mix; train.batch must be 2 or more")
	}
	return list, nil
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
