package workflow

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tessera/internal/parallel"
	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/metric"
	"tessera/segtrain/predict"
	"tessera/segtrain/record"
	"tessera/segtrain/split"
)

// DefaultViewSets are what MeasureViews compares with the picture alone.
var DefaultViewSets = []string{"hflip", "flips", "d4", "scale=0.75:1.25", "hflip,scale=0.75:1.25", "gamma=0.8:1.25"}

// ViewOptions say what MeasureViews compares.
type ViewOptions struct {
	Sets     []string // of views, each as predict.tta with commas between; none: DefaultViewSets
	Weights  string   // best, last, ema, swa; empty is what predicted out of fold, or best
	Images   int      // of each fold at most; 0: all
	Settings []string // put over the configuration, as "predict.merge=logits"
	Done     func(done, total int)
}

// A ViewsResult says what test-time augmentation is worth, at the images' own sizes.
type ViewsResult struct {
	Dir      string         `json:"dir"`
	Folds    int            `json:"folds"` // 1 for a single run
	Images   int            `json:"images"`
	MeanIoU  float64        `json:"mean_iou"`
	Seconds  float64        `json:"seconds"` // of the clock, an image alone; so are those of the sets
	Threads  int            `json:"threads"` // that computed meanwhile
	Sets     []predict.Gain `json:"sets"`
	Proposed string         `json:"proposed"` // predict.tta with commas between; empty: none
}

// MeasureViews predicts the validation images of a run, or of all folds of a cross-validation by the models that did not train on
// them, with each set of views, and compares with the images alone.
func MeasureViews(ctx context.Context, dir string, vo ViewOptions, o Options) (*ViewsResult, error) {
	o = o.withDefaults()
	if len(vo.Sets) == 0 {
		vo.Sets = DefaultViewSets
	}
	if vo.Weights == "" {
		vo.Weights = foldWeights(dir)
	}
	folds, err := foldConfigs(dir, vo.Settings)
	if err != nil {
		return nil, err
	}
	m := &viewMeasure{ViewOptions: vo, o: o, total: len(folds) * (len(vo.Sets) + 1)}
	if err := m.begin(folds[0]); err != nil {
		return nil, err
	}
	for i, cfg := range folds {
		o.Log.Info("measuring views", "fold", fmt.Sprintf("%d/%d", i+1, len(folds)), "sets", len(vo.Sets))
		if err := m.fold(ctx, cfg); err != nil {
			return nil, err
		}
	}
	return m.result(dir, len(folds)), nil
}

// foldConfigs returns the configuration of a run, or of each fold of a finished cross-validation.
func foldConfigs(dir string, settings []string) ([]*config.Config, error) {
	file := filepath.Join(dir, CVConfigFile)
	if _, err := os.Stat(file); err != nil {
		cfg, err := LoadRun(dir, settings...)
		return []*config.Config{cfg}, err
	}
	cfg, err := config.Load(file, settings...)
	if err != nil {
		return nil, err
	}
	cfg.Out = dir
	c := &crossValidation{cfg: *cfg}
	c.reuse = c.path(record.SplitFile)
	if c.split, err = split.ReadFile(c.reuse); err != nil {
		return nil, err
	}
	var list []*config.Config
	for fold := range c.split.Folds() {
		if !done(c.dir(fold)) {
			return nil, fmt.Errorf("%s has not finished fold %d: repeat segtrain cv until all folds are done", dir, fold)
		}
		list = append(list, c.config(fold))
	}
	return list, nil
}

// A viewMeasure gathers trials over folds.
type viewMeasure struct {
	ViewOptions
	o           Options
	trials      []predict.Trial // of the picture alone first
	meters      []*metric.Meter
	done, total int
	classes     []string
}

// begin parses the sets and makes a meter for each.
func (m *viewMeasure) begin(cfg *config.Config) error {
	m.classes = classNames(cfg)
	for _, set := range append([]string{""}, m.Sets...) {
		views, err := viewSet(set)
		if err != nil {
			return err
		}
		m.trials = append(m.trials, predict.Trial{Name: set, Views: views})
		m.meters = append(m.meters, metric.NewMeter(metric.MeterOptions{
			Task: task(cfg), Classes: len(m.classes), Ignore: ignored(cfg),
		}))
	}
	return nil
}

// viewSet parses views that have commas between them; an empty text is the picture alone.
func viewSet(text string) ([]predict.View, error) {
	if text == "" {
		return nil, nil
	}
	views, err := predict.ParseViews(strings.Split(text, ","))
	if err != nil {
		return nil, fmt.Errorf("views %s: %w", text, err)
	}
	return views, nil
}

// fold measures all sets on the validation images of one model.
func (m *viewMeasure) fold(ctx context.Context, cfg *config.Config) error {
	p, _, err := trained(cfg, m.Weights)
	if err != nil {
		return err
	}
	drawn, remove, err := drawFolder(cfg)
	if err != nil {
		return err
	}
	defer remove()
	s, ds, err := evalData(cfg, EvalOptions{}, drawn)
	if err != nil {
		return err
	}
	if m.Images > 0 {
		if ds, err = s.dataset(cfg, data.Sample(s.val, m.Images, splitSeed), nil); err != nil {
			return err
		}
	}
	for i := range ds.Len() { // so that the first set does not pay for decoding
		if _, _, err := ds.Load(i); err != nil {
			return err
		}
	}
	for i := range m.trials {
		if err := m.set(ctx, i, p.newPredictor(cfg), cfg, ds); err != nil {
			return err
		}
		m.done++
		if m.Done != nil {
			m.Done(m.done, m.total)
		}
	}
	return nil
}

// set measures one set.
func (m *viewMeasure) set(ctx context.Context, i int, p *predict.Predictor, cfg *config.Config, ds *data.Dataset) error {
	p.Views, p.Batch = m.trials[i].Views, forwardBatch(cfg, p.Batch, ds.Len())
	summary, err := p.Run(ctx, ds, func(r predict.Result) error {
		truth, err := ds.LoadLabels(r.Index)
		if err == nil {
			h, w, labels := r.Labels()
			m.trials[i].Scores = append(m.trials[i].Scores, m.meters[i].Add(h, w, truth, labels, nil))
		}
		return err
	})
	if err != nil {
		return err
	}
	m.trials[i].Seconds += summary.Seconds
	return nil
}

func (m *viewMeasure) result(dir string, folds int) *ViewsResult {
	for i, meter := range m.meters {
		m.trials[i].MeanIoU = float64(meter.Report(m.classes).MeanIoU)
	}
	plain := m.trials[0]
	r := &ViewsResult{
		Dir: dir, Folds: folds, Images: len(plain.Scores), MeanIoU: plain.MeanIoU,
		Seconds: plain.Seconds / float64(max(1, len(plain.Scores))), Threads: parallel.Workers(), Sets: predict.Gains(plain, m.trials[1:]),
	}
	if best := predict.Best(r.Sets); best != nil {
		r.Proposed = best.Name
	}
	return r
}
