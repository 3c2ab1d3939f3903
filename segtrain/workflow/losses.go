package workflow

import (
	"fmt"

	"tessera/autograd"
	"tessera/nn/loss"
	"tessera/segtrain/config"
)

// A lossSettings are the settings of a term of the loss.
type lossSettings interface {
	Check() error
	share() float64 // of the term in the sum
	// build makes the loss for labels of so many classes, one of which may be ignored. It is for checked settings.
	build(ignore, classes int) (loss.Loss, error)
}

// A lossChoice is a loss that the configuration knows by name.
type lossChoice struct {
	name, doc string
	defaults  func() lossSettings
}

var lossChoices = []lossChoice{
	{"cross_entropy", "cross-entropy of the softmax over classes, or of each class apart where they overlap", func() lossSettings {
		return &crossEntropySettings{Weight: 1}
	}},
	{"dice", "one minus the soft Dice coefficient, over the classes that occur in a batch", func() lossSettings {
		return &diceSettings{regionSettings{Weight: 1, Eps: 1e-7, Empty: emptySkip}}
	}},
	{"ohem_cross_entropy", "cross-entropy of the hardest pixels: those below a probability, and a share of all at least",
		func() lossSettings { return &hardSettings{Weight: 1, Keep: 0.1, Threshold: 0.7} }},
	{"topk_cross_entropy", "cross-entropy of a share of the pixels, the hardest", func() lossSettings {
		return &hardSettings{Weight: 1, Keep: 0.1}
	}},
	{"bce", "binary cross-entropy of each class against the rest", func() lossSettings {
		return &bceSettings{Weight: 1}
	}},
	{"focal", "cross-entropy in which pixels that are nearly right count little", func() lossSettings {
		return &focalSettings{Weight: 1, Gamma: 2}
	}},
	{"jaccard", "one minus the soft intersection over union, over the classes that occur in a batch", func() lossSettings {
		return &jaccardSettings{regionSettings{Weight: 1, Eps: 1e-7, Empty: emptySkip}}
	}},
	{"tversky", "as dice, with weights of what is wrongly predicted (alpha) and of what is missed (beta)",
		func() lossSettings { return newTversky(0.5, 0.5, 1) }},
	{"focal_tversky", "tversky to the power of gamma", func() lossSettings { return newTversky(0.3, 0.7, 0.75) }},
	{"mcc", "one minus Matthews' correlation coefficient, over the classes that occur in a batch", func() lossSettings {
		return &mccSettings{Weight: 1}
	}},
	{"lovasz", "the Lovász extension of the intersection over union, over the classes that occur", func() lossSettings {
		return &lovaszSettings{Weight: 1}
	}},
	{"boundary", "how far outside a class's region its probability lies, in pixels; wants dice or the like beside it",
		func() lossSettings { return &boundarySettings{Weight: 1} }},
	{"generalized_cross_entropy", "(1-p^q)/q: bears with wrong labels", func() lossSettings {
		return &generalizedSettings{Weight: 1, Q: 0.7}
	}},
	{"symmetric_cross_entropy", "cross-entropy both ways, from label to prediction and back: bears with wrong labels",
		func() lossSettings { return &symmetricSettings{Weight: 1, Alpha: 0.1, Beta: 1, LogZero: 4} }},
	{"bootstrapped_cross_entropy", "cross-entropy with labels that are in part what the model says: bears with wrong labels",
		func() lossSettings { return &bootstrappedSettings{Weight: 1, Beta: 0.95} }},
	{"dice_ce", "dice and cross_entropy", func() lossSettings {
		return &diceCESettings{Weight: 1, DiceWeight: 1, CEWeight: 1}
	}},
	{"dice_focal", "dice and focal", func() lossSettings {
		return &diceFocalSettings{Weight: 1, DiceWeight: 1, FocalWeight: 1, Gamma: 2}
	}},
}

// registerLosses makes the losses choices of the configuration.
func registerLosses() {
	for _, l := range lossChoices {
		config.Register("loss", config.Choice{Name: l.name, Doc: l.doc, Settings: func() any { return l.defaults() }})
	}
}

// newLoss adds up the terms that the configuration lists.
func newLoss(cfg *config.Config, classes int) (loss.Loss, error) {
	var sum loss.Sum
	for i, part := range cfg.Loss {
		term, weight, err := lossTerm(cfg, part, classes)
		if err != nil {
			return nil, located(cfg, fmt.Sprintf("loss.%d", i), err)
		}
		sum.Losses = append(sum.Losses, term)
		sum.Weights = append(sum.Weights, float32(weight))
	}
	return sum, nil
}

func lossTerm(cfg *config.Config, part config.Part, classes int) (loss.Loss, float64, error) {
	for _, l := range lossChoices {
		if l.name != part.Name {
			continue
		}
		s := l.defaults()
		if err := part.Decode(s); err != nil {
			return nil, 0, err
		}
		term, err := s.build(ignored(cfg), classes)
		return term, s.share(), err
	}
	return nil, 0, fmt.Errorf("no %q", part.Name)
}

// ignored returns the class index that does not count, autograd.NoIgnore for none.
func ignored(cfg *config.Config) int {
	if cfg.Data.Ignore == nil {
		return autograd.NoIgnore
	}
	return *cfg.Data.Ignore
}
