package workflow

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/report"
	"tessera/segtrain/split"
	"tessera/segtrain/survey"
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
	Alike    []survey.Leak `json:"alike"` // images that look the same in different folds; nil until FindAlike looks for them
	Warnings []string      `json:"warnings"`

	split  *split.Split
	images data.Manifest // with the IDs of the split
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
			all[i].ID = records[i].ID
		}
	}
	f := &Folds{
		Kind: splitKind(cfg), K: s.split.K, Repeats: s.split.Repeats, Hash: s.split.Hash(), Classes: countedClasses(cfg, s.classes),
		Balance: s.split.Balance(records), Leaks: s.split.Leaks(), split: s.split, images: all,
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

// FindAlike opens all images and adds a warning if some look the same and lie in different folds: one trains while the other
// validates. Progress, where not nil, is called after each image. The error is that of ctx.
func (f *Folds) FindAlike(ctx context.Context, progress func(done, total int)) (err error) {
	folds := map[string][]int{}
	for _, row := range f.split.Rows {
		folds[row.ID] = row.Folds
	}
	f.Alike, err = survey.Parted(ctx, f.images, func(i, j int) bool {
		return !slices.Equal(folds[f.images[i].ID], folds[f.images[j].ID])
	}, progress)
	if err != nil || len(f.Alike) == 0 {
		return err
	}
	turned := 0
	for _, l := range f.Alike {
		if l.Turned {
			turned++
		}
	}
	first, how := f.Alike[0], ""
	if turned > 0 {
		how = fmt.Sprintf(", %d mirrored or turned", turned)
	}
	f.Warnings = append(f.Warnings, fmt.Sprintf("images look the same and train in one fold while they validate in another (%s%s; "+
		"first %s and %s): give them a group (data.group, or the manifest's column), and part by groups",
		pairsOf(len(f.Alike)), how, first.A.ID, first.B.ID))
	return nil
}

func pairsOf(n int) string {
	if n == 1 {
		return "1 pair"
	}
	return fmt.Sprintf("%d pairs", n)
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
