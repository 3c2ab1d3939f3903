package workflow

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tessera/segtrain/config"
	"tessera/segtrain/metric"
	"tessera/segtrain/predict"
	"tessera/segtrain/record"
	"tessera/segtrain/solve"
)

const (
	solveCVDir = "cv"
	solveDebug = solveCVDir + "-debug" // as Debug calls it
)

// solveReserve is the part of the time that is kept for what no forecast knows: post-processing, writing, a busy machine.
const solveReserve = 0.1

// solveViewed is how many images of each fold views are measured on at most.
const solveViewed = 100

// solvePlan is what the debug run found and what is trained.
type solvePlan struct {
	Debug   *DebugResult `json:"debug"`
	Cost    solve.Cost   `json:"cost"`
	Wanted  solve.Size   `json:"wanted"`
	Size    solve.Size   `json:"size"`
	Given   []string     `json:"given"`   // up, for time
	Seconds float64      `json:"seconds"` // forecast of training, measuring views and predicting
	Limit   float64      `json:"limit"`   // seconds that were left for it; 0: none
	Folds   *Folds       `json:"folds,omitempty"`
}

// debugInputs are the keys that training follows, the data, the folds, and the time.
func (s *solver) debugInputs() ([]solve.Input, error) {
	return []solve.Input{
		s.aboutAllBut("configuration of the training", "predict", "submit", "debug"),
		{Name: "set of images and masks", Value: s.dataHash}, {Name: "split", Value: s.folds.Hash},
		{Name: "--hours", Value: fmt.Sprint(s.Hours)}, {Name: "number of images to predict", Value: fmt.Sprint(len(s.test))},
	}, nil
}

// runDebug tests and forecasts a run on the first fold, and writes the configuration that fits the time.
func (s *solver) runDebug(ctx context.Context) (any, error) {
	begin := time.Now()
	cfg := *s.cfg
	cfg.Out = s.path(solveCVDir)
	d, err := Debug(ctx, &cfg, s.Options)
	if err != nil {
		return nil, err
	}
	if !d.Passed || d.Forecast == nil {
		return nil, debugFailure(d, s.path(solveConfig))
	}
	p := &solvePlan{Debug: d, Cost: s.cost(d.Forecast), Given: []string{}}
	p.Wanted = solve.Size{Epochs: d.Forecast.Epochs, Folds: s.folds.K, Pixels: s.cfg.Data.Size}
	p.Size = p.Wanted
	if s.Hours > 0 {
		p.Limit = float64(s.Hours*3600*(1-solveReserve)) - s.runner.Spent() - time.Since(begin).Seconds()
		var gone []string
		if p.Size, gone, err = p.Cost.Fit(p.Wanted, p.Limit); err != nil {
			return nil, err
		}
		p.Given = append(p.Given, gone...)
	}
	p.Seconds = p.Cost.Seconds(p.Size)
	for _, g := range p.Given {
		s.Log.Warn("given up for time", "what", g)
	}
	s.Log.Info("forecast", "what", p.Size.String(), "takes", "about "+solve.Long(p.Seconds))
	return p, s.settle(p)
}

// debugFailure lists the checks that failed, with what to look at.
func debugFailure(d *DebugResult, file string) error {
	var b strings.Builder
	for _, c := range d.Failed() {
		fmt.Fprintf(&b, "\n  %s: %s", c.Name, c.Text)
		for _, cure := range c.Cures {
			fmt.Fprintf(&b, "\n    - %s", cure)
		}
	}
	return fmt.Errorf("the debug run failed; look at %s, change %s, and repeat the command:%s", d.Dir, file, b.String())
}

// cost is what the forecast measured.
func (s *solver) cost(f *Forecast) solve.Cost {
	c := solve.Cost{Pixels: s.cfg.Data.Size, Step: f.Step, Snapshot: f.Snapshot, Batch: s.cfg.Train.Samples(), Images: s.folds.samples(),
		Tests: len(s.test), Repeats: s.folds.Repeats, ValEvery: s.cfg.Train.ValEvery, Viewed: solveViewed}
	if k := s.folds.K; (s.cfg.Light() || s.cfg.Data.Tiles.Size != nil) && k > 1 { // samples are not images
		c.Images = f.Steps / max(1, f.Epochs) * c.Batch * k / (k - 1)
	}
	c.Image = f.Validation * float64(s.folds.K) / float64(max(1, c.Images))
	for _, set := range DefaultViewSets {
		if views, err := viewSet(set); err == nil {
			c.Views += predict.Cost(views)
		}
	}
	c.Views++ // the picture alone
	return c
}

// settle writes the configuration that is trained, and the table of its folds where their number has changed.
func (s *solver) settle(p *solvePlan) error {
	settings := s.settings
	if p.Size.Epochs != p.Wanted.Epochs {
		settings = append(settings[:len(settings):len(settings)], "train.steps=0", fmt.Sprintf("train.epochs=%d", p.Size.Epochs))
	}
	if p.Size.Folds != p.Wanted.Folds {
		settings = append(settings[:len(settings):len(settings)], fmt.Sprintf("data.split.k=%d", p.Size.Folds))
	}
	if p.Size.Pixels != p.Wanted.Pixels {
		settings = append(settings[:len(settings):len(settings)], fmt.Sprintf("data.size=[%d, %d]", p.Size.Pixels[0], p.Size.Pixels[1]))
	}
	cfg, err := config.Load(s.path(solveConfig), settings...)
	if err != nil {
		return fmt.Errorf("%v does not fit the configuration: %w", p.Size, err)
	}
	if p.Size.Folds != p.Wanted.Folds {
		for _, name := range []string{"split.csv", "split.csv.sha256"} { // of the folds that were wanted
			if err := os.Remove(s.path(name)); err != nil {
				return err
			}
		}
		if p.Folds, err = s.split(cfg); err != nil {
			return err
		}
	}
	cfg.Out, cfg.Threads = "", 0
	text := "# What segtrain solve trains: " + solveConfig + " with its settings, and with what was given up for time.\n"
	return writeText(s.path(SolvePlanFile), text+string(cfg.Marshal()))
}

// trainedFolds returns the split of what is trained.
func (s *solver) trainedFolds() *Folds {
	if s.plan.Folds != nil {
		return s.plan.Folds
	}
	return &s.folds
}

// solveCV is what the cross-validation came to; the rest is in its directory.
type solveCV struct {
	Dir     string       `json:"dir"`
	Split   string       `json:"split"`
	Scores  []Spread     `json:"scores"`
	IoU     []Spread     `json:"iou"`
	MeanIoU metric.Score `json:"mean_iou"` // over all pixels together
}

// cvInputs are the configuration that is trained, and the data.
func (s *solver) cvInputs() ([]solve.Input, error) {
	in, err := solve.Files("configuration in "+SolvePlanFile, s.path(SolvePlanFile))
	return []solve.Input{in, {Name: "set of images and masks", Value: s.dataHash}}, err
}

// trainedConfig reads the configuration that is trained.
func (s *solver) trainedConfig(settings ...string) (*config.Config, error) {
	return config.Load(s.path(SolvePlanFile), append(settings, fmt.Sprintf("threads=%d", s.cfg.Threads))...)
}

// runCV trains all folds, or goes on with them.
func (s *solver) runCV(ctx context.Context) (any, error) {
	cfg, err := s.trainedConfig()
	if err != nil {
		return nil, err
	}
	cfg.Out = s.path(solveCVDir)
	o := s.Options
	o.Tested = true
	r, err := CrossValidate(ctx, cfg, o)
	if err != nil {
		return nil, err
	}
	return &solveCV{Dir: r.Dir, Split: r.Split, Scores: r.Summary.Scores, IoU: r.Summary.IoU, MeanIoU: r.Summary.Pooled.MeanIoU}, nil
}

// cvTakes forecasts the training of the folds that are not finished.
func (s *solver) cvTakes() float64 {
	left := 0
	for fold := range s.plan.Size.Folds * max(1, s.plan.Cost.Repeats) {
		if _, err := os.Stat(filepath.Join(s.path(solveCVDir), fmt.Sprintf("fold%d", fold), record.MetricsFile)); err != nil {
			left++
		}
	}
	return float64(left) * s.plan.Cost.Fold(s.plan.Size)
}
