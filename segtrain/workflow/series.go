package workflow

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tessera/segtrain/config"
	"tessera/segtrain/record"
	"tessera/segtrain/runs"
)

// A Member is one run of a series.
type Member struct {
	Name   string // of its directory
	Config *config.Config
	Reason string // for more than one change from the series' baseline
}

// A Series is runs that are trained one after the other in one folder. To go on with one that was interrupted, train it again: runs
// that are finished stay as they are, and one that is not is resumed.
type Series struct {
	Dir      string
	Baseline string // name of the member that the others were made from; empty for none
	Members  []Member
}

// A SeriesResult is what the runs of a series came to.
type SeriesResult struct {
	Dir  string     `json:"dir"`
	Runs []runs.Run `json:"runs"`
	// Mean and SD are of each metric over the runs, where they repeat one experiment with other seeds.
	Mean map[string]float64 `json:"mean,omitempty"`
	SD   map[string]float64 `json:"sd,omitempty"`
}

// Train trains what is left to be trained. A run in the folder that another configuration made is an error before anything
// starts.
func (s *Series) Train(ctx context.Context, o Options) (*SeriesResult, *Result, error) {
	o = o.withDefaults()
	for _, m := range s.Members {
		if err := s.fits(m); err != nil {
			return nil, nil, err
		}
	}
	result := &SeriesResult{Dir: s.Dir}
	for i, m := range s.Members {
		o.Log.Info("run", "name", m.Name, "of", fmt.Sprintf("%d/%d", i+1, len(s.Members)))
		if r, err := s.train(ctx, m, o); err != nil {
			return nil, r, fmt.Errorf("%s: %w", m.Name, err)
		}
		result.Runs = append(result.Runs, runs.Read(s.Dir, m.Name))
	}
	return result, nil, nil
}

func (s *Series) train(ctx context.Context, m Member, o Options) (*Result, error) {
	dir := filepath.Join(s.Dir, m.Name)
	if finished(dir) {
		return nil, nil
	}
	if record.Is(dir) {
		cfg, err := LoadRun(dir)
		if err != nil {
			return nil, err
		}
		return Resume(ctx, cfg, o)
	}
	cfg := *m.Config
	cfg.Out = dir
	if s.Baseline != "" {
		o.Again, o.From, o.Reason = true, "", m.Reason
		if s.Baseline != m.Name {
			o.From = filepath.Join(s.Dir, s.Baseline)
		}
	}
	return Train(ctx, &cfg, o)
}

// fits makes sure that a run that is there already is the member.
func (s *Series) fits(m Member) error {
	dir := filepath.Join(s.Dir, m.Name)
	if !record.Is(dir) {
		return nil
	}
	cfg, err := LoadRun(dir)
	if err != nil {
		return err
	}
	if diff := cfg.Diff(m.Config); len(diff) > 0 {
		var list []string
		for _, c := range diff {
			list = append(list, c.String())
		}
		return fmt.Errorf("%s was trained with another configuration (%s): choose another --out", dir, strings.Join(list, "; "))
	}
	return nil
}

// TrainSeeds trains a configuration once with each of its seeds, in the folders seed1, seed2 and so on of cfg.Out.
func TrainSeeds(ctx context.Context, cfg *config.Config, o Options) (*SeriesResult, *Result, error) {
	s := &Series{Dir: cfg.Out}
	if s.Dir == "" {
		s.Dir = record.AutoName("runs")
	}
	for _, seed := range cfg.Train.Seeds {
		s.Members = append(s.Members, Member{Name: fmt.Sprintf("seed%d", seed), Config: cfg.WithSeed(seed)})
	}
	result, r, err := s.Train(ctx, o)
	if err == nil {
		result.summarize()
	}
	return result, r, err
}

// summarize fills in the mean and the standard deviation (n−1) of the metrics that all runs have.
func (r *SeriesResult) summarize() {
	r.Mean, r.SD = map[string]float64{}, map[string]float64{}
	for metric := range r.Runs[0].Metrics {
		if slices.ContainsFunc(r.Runs, func(x runs.Run) bool { _, ok := x.Metrics[metric]; return !ok }) {
			continue
		}
		n, sum, squares := float64(len(r.Runs)), 0.0, 0.0
		for _, x := range r.Runs {
			sum += x.Metrics[metric]
		}
		for _, x := range r.Runs {
			d := x.Metrics[metric] - sum/n
			squares += float64(d * d)
		}
		r.Mean[metric], r.SD[metric] = sum/n, math.Sqrt(squares/(n-1))
	}
}

// ImportRuns copies the runs below the folder from that are not below root, which is made if it is not there.
func ImportRuns(root, from string) ([]runs.Imported, error) {
	if err := os.MkdirAll(root, 0o777); err != nil {
		return nil, fmt.Errorf("importing runs: %w", record.Advise(err))
	}
	ix, err := runs.Open(root)
	if err != nil {
		return nil, err
	}
	return ix.Import(from)
}
