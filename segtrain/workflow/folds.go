package workflow

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/report"
	"tessera/segtrain/split"
)

// Folds is how a configuration parts its samples, and how alike the parts are.
type Folds struct {
	Kind     string        `json:"kind"`
	K        int           `json:"k"`
	Repeats  int           `json:"repeats"`
	Hash     string        `json:"hash"`
	Classes  []string      `json:"classes"`
	Balance  split.Balance `json:"balance"`
	Leaks    []string      `json:"leaks"` // groups on both sides of a fold
	Warnings []string      `json:"warnings"`

	split *split.Split
}

// Split parts the samples of a configuration and reads all of their masks to compare the folds. Nothing is trained
// or written.
func Split(cfg *config.Config, o Options) (*Folds, error) {
	o = o.withDefaults()
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	if err := checkSource(cfg); err != nil {
		return nil, err
	}
	setThreads(cfg)
	drawn, remove, err := drawFolder(cfg)
	if err != nil {
		return nil, err
	}
	defer remove()
	s, err := openSource(cfg, drawn)
	if err != nil {
		return nil, err
	}
	o.Log.Info("reading masks", "images", len(s.train)+len(s.val))
	return s.folds(cfg)
}

// folds looks at the whole split.
func (s *source) folds(cfg *config.Config) (*Folds, error) {
	all := append(append(data.Manifest{}, s.train...), s.val...)
	records := all.SplitRecords()
	if err := countPixels(records, all, s.code, overlapping(cfg, s.classes)); err != nil {
		return nil, err
	}
	if cfg.Data.Val.Images != "" { // where IDs are those of twoFolders
		for i := range records {
			folder := "train/"
			if i >= len(s.train) {
				folder = "val/"
			}
			records[i].ID = folder + records[i].ID
		}
	}
	f := &Folds{
		Kind: splitKind(cfg), K: s.split.K, Repeats: s.split.Repeats, Hash: s.split.Hash(), Classes: countedClasses(cfg, s.classes),
		Balance: s.split.Balance(records), Leaks: s.split.Leaks(), split: s.split,
	}
	f.Warnings = f.warnings()
	return f, nil
}

// warnings says what makes the folds less than they could be.
func (f *Folds) warnings() []string {
	var list []string
	if n := len(f.Leaks); n > 0 {
		list = append(list, fmt.Sprintf("groups train in one image and validate in another (%d: %s): scores will be "+
			"better than on new groups; data.split.kind group keeps them together", n, listed(f.Leaks)))
	}
	seen := map[string][]string{}
	var order []string
	for _, u := range f.Balance.Unseen() {
		side := "validation images"
		if u.Training {
			side = "training images"
		}
		what := fmt.Sprintf("class %q is in none of the %s of fold", f.Classes[u.Class], side)
		if seen[what] == nil {
			order = append(order, what)
		}
		seen[what] = append(seen[what], fmt.Sprint(u.Fold))
	}
	for _, what := range order {
		list = append(list, what+" "+strings.Join(seen[what], ", "))
	}
	for _, same := range f.split.Same() {
		list = append(list, fmt.Sprintf("repeat %d has the same folds as repeat %d: there are too few ways to part",
			same[1]+1, same[0]+1))
	}
	return list
}

// Write writes the table of folds with its hash beside it. A file that holds another split is an error.
func (f *Folds) Write(file string) error {
	if old, err := split.ReadFile(file); err == nil && old.Hash() != f.Hash {
		return fmt.Errorf("%s holds another split: remove it, or choose another --out", file)
	}
	return writeSplit(file, f.split)
}

// Plot draws the share of each class in each fold, as a part of its share in all images, to a PNG.
func (f *Folds) Plot(file string) error {
	if filepath.Ext(file) != ".png" {
		return errors.New("the plot is a PNG: name it so")
	}
	var ratios [][]float64
	for _, p := range f.Balance.Folds {
		row := make([]float64, len(p.Shares))
		for c, share := range p.Shares {
			row[c] = share / f.Balance.All.Shares[c] // NaN for a class that is nowhere: not drawn
		}
		ratios = append(ratios, row)
	}
	return report.Shares(file, f.Classes, ratios)
}
