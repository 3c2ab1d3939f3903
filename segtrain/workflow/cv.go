package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tessera/segtrain/config"
	"tessera/segtrain/raster"
	"tessera/segtrain/record"
	"tessera/segtrain/split"
)

// Files of a cross-validation's directory, beside fold0, fold1 and so on, which are runs.
const (
	CVConfigFile = "cv.yaml" // the configuration of all folds
	CVFile       = "cv.json" // the result
	OOFFolder    = "oof"     // see package oof
)

// A CrossValidation is what the folds came to.
type CrossValidation struct {
	Dir     string       `json:"dir"`
	Split   string       `json:"split"`   // hash
	Weights string       `json:"weights"` // that predicted out of fold; the metrics of the folds are of the best
	Folds   []FoldResult `json:"folds"`
	Summary *CVSummary   `json:"summary,omitempty"` // nil until all folds are done
}

// FoldResult is one of the folds.
type FoldResult struct {
	Fold    int      `json:"fold"`
	Dir     string   `json:"dir"`
	Metrics *Metrics `json:"metrics"`
}

// CrossValidate trains a model for each fold of a configuration, the run directories fold0, fold1 and so on below
// cfg.Out, and predicts each fold's images with the model that did not see them (see package oof). What is in the
// directory already is gone on with: a fold that is finished is not done again, and one that was interrupted or
// killed ends in the same bits as if it had not been. When ctx ends, the error is train.ErrInterrupted.
func CrossValidate(ctx context.Context, cfg *config.Config, o Options) (*CrossValidation, error) {
	c := &crossValidation{Options: o.withDefaults(), cfg: *cfg}
	c.Again = true // a finished fold is found by its directory
	if c.cfg.Out == "" {
		c.cfg.Out = record.AutoName("runs")
	}
	result := &CrossValidation{Dir: c.cfg.Out}
	if err := c.begin(); err != nil {
		return nil, err
	}
	result.Split, result.Weights = c.split.Hash(), c.Weights
	c.Log.Info("cross-validation", "folds", c.split.Folds(), "split", result.Split[:12], "dir", c.cfg.Out)
	for fold := range c.split.Folds() {
		m, err := c.fold(ctx, fold)
		if err != nil {
			return result, err
		}
		result.Folds = append(result.Folds, FoldResult{Fold: fold, Dir: c.dir(fold), Metrics: m})
	}
	if err := c.writeManifest(); err != nil {
		return result, err
	}
	var err error
	if result.Summary, err = summarize(result.Folds); err != nil {
		return result, err
	}
	return result, c.finish(result)
}

// crossValidation is one process that works on the folds.
type crossValidation struct {
	Options
	cfg   config.Config
	split *split.Split
	reuse string // the table of folds
	count int64  // numbers of the model
}

func (c *crossValidation) path(name string) string { return filepath.Join(c.cfg.Out, name) }
func (c *crossValidation) dir(fold int) string     { return c.path(fmt.Sprintf("fold%d", fold)) }
func (c *crossValidation) label(fold int) string {
	return fmt.Sprintf("fold %d/%d", fold+1, c.split.Folds())
}

// begin makes the directory, or finds out that it is one of the same cross-validation.
func (c *crossValidation) begin() error {
	if c.cfg.Data.Val.Fold == nil {
		return c.cfg.Mistake("data.split.kind", "%s has no folds to cross-validate; allowed: kfold, stratified, group, "+
			"stratified_group, file, or a manifest's folds with data.val.fold", splitKind(&c.cfg))
	}
	p, err := build(&c.cfg)
	if err != nil {
		return err
	}
	c.count = int64(p.parameters())
	if err := c.chooseWeights(); err != nil {
		return err
	}
	if record.Is(c.cfg.Out) {
		return fmt.Errorf("%s holds a single run: choose another --out", c.cfg.Out)
	}
	c.reuse = c.path(record.SplitFile)
	text := c.text()
	old, err := os.ReadFile(c.path(CVConfigFile))
	switch {
	case err == nil && !c.same(string(old), text):
		return fmt.Errorf("%s was begun with another configuration (%s): choose another --out", c.cfg.Out, difference(string(old), text))
	case err == nil:
		if c.split, err = split.ReadFile(c.reuse); err == nil {
			err = c.sameActions()
		}
		if err != nil {
			return err
		}
		return c.room()
	case !errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("cross-validation: %w", err)
	}
	if err := c.part(); err != nil {
		return err
	}
	if err := c.room(); err != nil {
		return err
	}
	if err := os.MkdirAll(c.cfg.Out, 0o777); err != nil {
		return record.Advise(fmt.Errorf("cross-validation: %w", err))
	}
	return errors.Join(writeSplit(c.reuse, c.split), writeText(c.path(CVConfigFile), text)) // which says that all is there
}

// part makes the split.
func (c *crossValidation) part() error {
	drawn, remove, err := drawFolder(&c.cfg)
	if err != nil {
		return err
	}
	defer remove()
	s, err := openSource(&c.cfg, drawn)
	if err != nil {
		return err
	}
	c.split = s.split
	for _, r := range c.split.Rows {
		if !filepath.IsLocal(filepath.FromSlash(r.ID)) {
			return fmt.Errorf("cross-validation: ID %q is not a path below a folder, and out-of-fold predictions are files of that "+
				"name: give the manifest a column id", r.ID)
		}
	}
	_, err = s.openPseudo(&c.cfg) // labels that are not for this split are refused before anything is written
	return err
}

// text is the configuration without what may change from one process to the next.
func (c *crossValidation) text() string { return cvText(c.cfg) }

func cvText(cfg config.Config) string {
	cfg.Out, cfg.Threads = "", 0
	cfg.Data.Val.Fold = new(int)
	return string(cfg.Marshal())
}

// same tells whether two texts are one configuration: an earlier version of the program described keys in other words, and did not
// have all of them.
func (c *crossValidation) same(then, now string) bool {
	if then == now {
		return true
	}
	name := c.path(CVConfigFile)
	a, err1 := config.Parse(name, []byte(then))
	b, err2 := config.Parse(name, []byte(now))
	return err1 == nil && err2 == nil && cvText(*a) == cvText(*b)
}

// difference returns the first line of now that then does not have.
func difference(then, now string) string {
	lines := map[string]bool{}
	for line := range strings.Lines(then) {
		lines[line] = true
	}
	for line := range strings.Lines(now) {
		if !lines[line] {
			text, _, _ := strings.Cut(strings.TrimSpace(line), " #")
			return "now it has " + strings.TrimSpace(text)
		}
	}
	return "now it has less"
}

func writeText(file, text string) error {
	return raster.WriteFile(file, writer(text))
}

// config returns the configuration of a fold's run.
func (c *crossValidation) config(fold int) *config.Config {
	cfg := c.cfg
	file, err := filepath.Abs(c.reuse)
	if err != nil {
		file = c.reuse
	}
	cfg.Data.Split.Kind, cfg.Data.Split.File = config.FileSplit, file
	cfg.Data.Val = config.Val{Fold: &fold}
	cfg.Out = c.dir(fold)
	return &cfg
}

// fold trains a fold, or what is left of it, and predicts its images.
func (c *crossValidation) fold(ctx context.Context, fold int) (*Metrics, error) {
	cfg, dir := c.config(fold), c.dir(fold)
	o := Options{Log: c.Log.With("fold", fmt.Sprintf("%d/%d", fold+1, c.split.Folds())),
		Progress: labelled{c.Progress, c.label(fold)}, Tested: c.Tested}
	if !done(dir) {
		run := Train
		if record.Is(dir) {
			if _, err := os.Stat(filepath.Join(dir, record.ConfigFile)); err == nil {
				run = Resume
			} else if err := os.RemoveAll(dir); err != nil { // killed before there was anything in it
				return nil, fmt.Errorf("cross-validation: %w", err)
			}
		}
		if _, err := run(ctx, cfg, o); err != nil {
			return nil, err
		}
	}
	m, err := readMetrics(dir)
	if err != nil {
		return nil, err
	}
	return m, c.predict(ctx, cfg, fold, o)
}

// done tells whether dir is a run that took its last step and wrote its report.
func done(dir string) bool {
	for e, err := range record.Events(dir) {
		var stop record.Stop
		if err == nil && e.Kind == "stop" && e.Decode(&stop) == nil && stop.Reason == record.Done {
			return true
		}
	}
	return false
}

// readMetrics reads the result of a run.
func readMetrics(dir string) (*Metrics, error) {
	file := filepath.Join(dir, record.MetricsFile)
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("cross-validation: %w", err)
	}
	m := &Metrics{}
	if err := json.Unmarshal(text, m); err != nil {
		return nil, fmt.Errorf("cross-validation: %s: %w", file, err)
	}
	return m, nil
}

// labelled is a progress that says which fold it is.
type labelled struct {
	Progress
	label string
}

// Start passes the plan on under the label.
func (l labelled) Start(p Plan) {
	p.Label = l.label
	l.Progress.Start(p)
}
