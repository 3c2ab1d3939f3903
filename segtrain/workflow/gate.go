package workflow

import (
	"context"
	"slices"

	"tessera/segtrain/config"
	"tessera/segtrain/gate"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
)

// newGate returns the gate that the configuration asks for; nil for none.
func newGate(cfg *config.Config) (*gate.Gate, error) {
	if len(cfg.Predict.Gate) == 0 {
		return nil, nil
	}
	g, err := gate.New(classNames(cfg), auxClasses(cfg), cfg.Predict.Gate)
	if err != nil {
		return nil, cfg.Mistake("predict.gate", "%v", err)
	}
	return g, nil
}

// GateOptions say what FitGate tries.
type GateOptions struct {
	Metric     string    // one of gate.Metrics; empty: dice_image where labels are flags, and else iou
	Thresholds []float64 // empty: GateThresholds
	Done       func(done, total int)
}

// GateThresholds are those that FitGate tries if it is not told.
var GateThresholds = []float64{0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95}

// A GateFit is what FitGate found.
type GateFit struct {
	*gate.Fitted
	Dir   string   `json:"dir"`
	Split string   `json:"split"` // hash of the split that it was fitted on
	Gated []string `json:"gated"` // classes that the classification head tells
}

// FitGate measures on the out-of-fold predictions of a finished cross-validation what a gate by its classification heads is worth
// (see gate.Fit), at the images' own sizes and without post-processing.
func FitGate(ctx context.Context, dir string, o GateOptions) (*GateFit, error) {
	cv, err := openOutOfFold(dir)
	if err != nil {
		return nil, err
	}
	if len(cv.folder.Labels) == 0 {
		return nil, cv.cfg.Mistake("model.aux.weight", "%s was trained without a classification head, which a gate asks", dir)
	}
	if o.Metric == "" {
		o.Metric = map[bool]string{true: "dice_image", false: "iou"}[cv.cfg.Flags()]
	}
	o.Thresholds = slices.Compact(slices.Sorted(slices.Values(o.Thresholds)))
	if len(o.Thresholds) == 0 {
		o.Thresholds = GateThresholds
	}
	m := &gateMeasure{cv: cv, classes: len(cv.source.classes)}
	for _, t := range o.Thresholds {
		g, err := gate.New(cv.source.classes, cv.folder.Labels, []float64{t})
		if err != nil {
			return nil, err
		}
		m.gates = append(m.gates, g)
	}
	var samples []gate.Sample
	err = cv.each(ctx, func(x judged) error {
		samples = append(samples, m.sample(x))
		if o.Done != nil {
			o.Done(len(samples), cv.ds.Len())
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	r := &GateFit{Dir: dir, Split: cv.folder.Split}
	for _, name := range cv.source.classes {
		if slices.Contains(cv.folder.Labels, name) {
			r.Gated = append(r.Gated, name)
		}
	}
	r.Fitted, err = gate.Fit(gate.FitOptions{Metric: o.Metric, Thresholds: o.Thresholds}, samples)
	return r, err
}

// gateMeasure counts what gates make of images.
type gateMeasure struct {
	cv      *outOfFold
	gates   []*gate.Gate
	classes int
}

// sample counts an image without a gate and at each threshold. Masks are made anew only where a threshold shuts other classes
// than the one below it.
func (m *gateMeasure) sample(x judged) gate.Sample {
	s := gate.Sample{Fold: x.fold, Plain: m.count(x, x.probabilities)}
	said := m.cv.folder.Said(x.id)
	shut, counts := make([]bool, m.classes), s.Plain
	for _, g := range m.gates {
		if now := g.Shut(said); !slices.Equal(now, shut) {
			shut, counts = now, m.count(x, gate.Without(x.probabilities, now))
		}
		s.Outcomes = append(s.Outcomes, counts)
	}
	return s
}

// count compares the masks of probabilities with the truth.
func (m *gateMeasure) count(x judged, p *raster.Float) []metric.Counts {
	chosen := make([]uint8, len(x.truth))
	choose(m.cv.cfg, p.C, p.Pix, chosen)
	stats := metric.NewStats(task(m.cv.cfg), m.classes, ignored(m.cv.cfg))
	stats.Add(x.truth, chosen)
	counts := make([]metric.Counts, m.classes)
	for k := range counts {
		counts[k] = stats.Counts(0, k)
	}
	return counts
}
