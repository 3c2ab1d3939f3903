package workflow

import (
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"

	"tessera/nn"
	"tessera/nn/decoder"
	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/record"
	"tessera/segtrain/train"
)

// auxParams returns the settings of the classification head, nil for none.
func auxParams(cfg *config.Config) *decoder.AuxParams {
	a := cfg.Model.Aux
	if a.Weight == 0 {
		return nil
	}
	return &decoder.AuxParams{Classes: len(auxClasses(cfg)), Pooling: a.Pooling, Dropout: a.Dropout, Activation: a.Activation}
}

// auxClasses returns the names of what the classification head tells.
func auxClasses(cfg *config.Config) []string {
	if c := cfg.Model.Aux.Classes; len(c) > 0 {
		return c
	}
	return classNames(cfg)
}

// newHeads returns what trains beside the masks. Heads of inner stages have weights of their own, so that those of the model do
// not depend on them.
func newHeads(cfg *config.Config, m decoder.Model) (h train.Heads, err error) {
	if a := cfg.Model.Aux; a.Weight > 0 {
		h.Aux = &train.Aux{Weight: float32(a.Weight), Classes: auxClasses(cfg), MinShare: a.MinShare, Ignore: ignored(cfg),
			Flags: cfg.Flags(), Shares: mixesBy(cfg, "SnapMix")}
	}
	if cfg.Model.DeepSupervision {
		whole := m.(*decoder.SegmentationModel)
		if h.Deep, err = decoder.NewDeepHeads(nn.NewRand(cfg.Train.Seed+1), whole); err != nil {
			return h, cfg.Mistake("model.deep_supervision", "%s: %v", cfg.Model.Arch.Name, err)
		}
	}
	return h, nil
}

// knowLabels gives a classification head the labels of the manifest, if it learns from them. A name that is no class of it
// is an error, and so is a manifest without labels.
func (p *parts) knowLabels(cfg *config.Config, s *source) error {
	if p.heads.Aux == nil || cfg.Model.Aux.Labels != "manifest" {
		return nil
	}
	classes := p.heads.Aux.Classes
	known, any := map[string][]uint8{}, false
	for _, r := range slices.Concat(s.train, s.val) {
		labels, err := flags(r, classes)
		if err != nil {
			return cfg.Mistake("model.aux.labels", "%v", err)
		}
		known[r.ID], any = labels, any || r.Labels != nil
	}
	if !any {
		return cfg.Mistake("model.aux.labels", "no record of the manifest has labels; it needs a column labels")
	}
	p.heads.Aux.Known = func(id string) []uint8 { return known[id] }
	return nil
}

// flags returns 0 or 1 for each class of a record, or train.Unknown for all.
func flags(r data.Record, classes []string) ([]uint8, error) {
	list := make([]uint8, len(classes))
	if r.Labels == nil {
		for i := range list {
			list[i] = train.Unknown
		}
	}
	for _, name := range r.Labels {
		i := slices.Index(classes, name)
		if i < 0 {
			return nil, fmt.Errorf("%q of sample %q is no class; there are: %s", name, r.ID, strings.Join(classes, ", "))
		}
		list[i] = 1
	}
	return list, nil
}

// encoderFrom returns the steps before the encoder begins to learn.
func encoderFrom(cfg *config.Config, perEpoch int) int64 {
	switch m := cfg.Model; {
	case m.Freeze == "none":
		return 0
	case m.FreezeEpochs == 0:
		return math.MaxInt64 // never
	default:
		return int64(span{perEpoch: perEpoch}.of(m.FreezeEpochs))
	}
}

// newFreeze returns what is frozen, and for how long.
func newFreeze(cfg *config.Config, m decoder.Model, perEpoch int) train.Freeze {
	if cfg.Model.Freeze == "none" {
		return train.Freeze{}
	}
	f := train.Freeze{Part: m.(*decoder.SegmentationModel).Encoder}
	if cfg.Model.FreezeEpochs > 0 {
		f.Steps = int(encoderFrom(cfg, perEpoch))
	}
	return f
}

// warnFrozen warns of an encoder that never learned anything and never will.
func warnFrozen(cfg *config.Config, from *record.Weights, log *slog.Logger) {
	if m := cfg.Model; m.Freeze == "encoder" && from == nil {
		log.Warn("the encoder is frozen with random weights; set model.encoder_weights or model.weights")
	}
}

// labelScores returns what the log holds of a classification head, nil for none.
func labelScores(e *train.Evaluation) *record.LabelScores {
	if e.Labels == nil {
		return nil
	}
	number := func(v float64) *float64 {
		if math.IsNaN(v) {
			return nil
		}
		return &v
	}
	return &record.LabelScores{Accuracy: number(float64(e.Labels.Accuracy)), F1: number(float64(e.Labels.F1))}
}

// aboutLabels says how well a classification head does, for the report.
func aboutLabels(m *Metrics) []string {
	if m.Labels == nil {
		return nil
	}
	return []string{fmt.Sprintf("The classification head tells which classes an image shows with an accuracy of %s, F1 %s.",
		m.Labels.Accuracy, m.Labels.F1)}
}
