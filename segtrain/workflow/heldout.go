package workflow

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"tessera/segtrain/data"
	"tessera/segtrain/oof"
	"tessera/segtrain/record"
	"tessera/segtrain/split"
)

// heldOutParts is into how many parts the validation images of a run are parted, so that what is found on some is judged by others.
const heldOutParts = 5

// openHeldOut opens the directory of a finished run as outOfFold: what its best weights say of the images that it validated on. They are
// predicted if that was not done yet, and kept in the run as a cross-validation keeps those of its folds.
func openHeldOut(ctx context.Context, dir string, o Options) (*outOfFold, error) {
	if !done(dir) {
		return nil, fmt.Errorf("%s is not finished: segtrain train --resume %s goes on with it", dir, dir)
	}
	cfg, err := LoadRun(dir)
	if err != nil {
		return nil, err
	}
	setThreads(cfg)
	x := &outOfFold{dir: dir, cfg: cfg, single: true}
	if x.source, x.ds, err = evalData(cfg, EvalOptions{}, filepath.Join(dir, DataFolder)); err != nil {
		return nil, err
	}
	if err := x.predictHeldOut(ctx, o); err != nil {
		return nil, err
	}
	if x.folder, err = oof.Open(filepath.Join(dir, OOFFolder), x.source.split.Hash()); err != nil {
		return nil, err
	}
	m, err := x.records()
	if err != nil {
		return nil, err
	}
	x.ds, err = x.source.dataset(cfg, m, nil)
	return x, err
}

// predictHeldOut writes the predictions, unless those of these weights are there.
func (x *outOfFold) predictHeldOut(ctx context.Context, o Options) error {
	dir, hash := filepath.Join(x.dir, OOFFolder), x.source.split.Hash()
	sum, err := fileSum(filepath.Join(x.dir, record.BestFile))
	if err != nil {
		return err
	}
	m := oof.Manifest{
		Split: hash, Folds: 1, Repeats: 1, Classes: x.source.classes, Size: x.cfg.Data.Size, Resize: x.cfg.Data.Resize, Weights: []string{sum},
		Task: manifestTask(x.cfg),
	}
	for _, r := range x.source.val {
		m.Images = append(m.Images, oof.Image{ID: r.ID, Folds: []int{0}})
	}
	slices.SortFunc(m.Images, func(a, b oof.Image) int { return cmp.Compare(a.ID, b.ID) })
	if x.cfg.Model.Aux.Weight > 0 {
		m.Labels = auxClasses(x.cfg)
	}
	if then, err := oof.ReadManifest(dir); err == nil && then.Split == hash && slices.Equal(then.Weights, m.Weights) &&
		slices.EqualFunc(then.Images, m.Images, func(a, b oof.Image) bool { return a.ID == b.ID }) {
		return nil
	}
	p, _, err := trained(x.cfg, "best")
	if err != nil {
		return err
	}
	o.Log.Info("predicting the validation images", "run", x.dir, "images", x.ds.Len())
	if err := p.predictFold(ctx, x.cfg, x.ds, dir, 0); err != nil {
		return err
	}
	return oof.WriteManifest(dir, m)
}

// partHeldOut parts the validation images of runs, which no model trained on, into folds that weights are found without. Images of one
// group stay together.
func (x *outOfFold) partHeldOut() (folds []int, err error) {
	var m data.Manifest
	groups := map[string]bool{}
	for i := range x.ds.Len() {
		r := x.ds.Record(i)
		m = append(m, r)
		groups[r.Group] = true
	}
	kind, n := split.KFold, len(m)
	if len(groups) > 1 && !groups[""] {
		kind, n = split.Group, len(groups)
	}
	folds = make([]int, len(m))
	if n < 2 {
		return folds, nil
	}
	s, err := split.Make(m.SplitRecords(), split.Options{Kind: kind, K: min(heldOutParts, n), Seed: splitSeed, Repeats: 1})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", x.dir, err)
	}
	for fold := range s.Folds() {
		for _, r := range s.Validation(fold) {
			folds[slices.IndexFunc(m, func(x data.Record) bool { return x.ID == r.ID })] = fold
		}
	}
	return folds, nil
}
