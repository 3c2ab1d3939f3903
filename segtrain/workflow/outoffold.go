package workflow

import (
	"context"
	"fmt"
	"path/filepath"

	"tessera/internal/parallel"
	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/oof"
	"tessera/segtrain/raster"
	"tessera/segtrain/record"
)

// An outOfFold is what a cross-validation predicted, beside the truth.
type outOfFold struct {
	dir    string
	cfg    *config.Config // of the cross-validation
	source *source
	folder *oof.Folder
	ds     *data.Dataset // image i is folder.Images[i]
	single bool          // a run and what it held out: see openHeldOut
}

// A judged is one image: what was predicted out of fold and what is true, both of the image's own size.
type judged struct {
	index         int // in outOfFold.ds
	id            string
	fold          int           // of the first repeat: the model did not train on the image
	probabilities *raster.Float // H×W×classes, the mean over repeats
	truth         []uint8       // H·W labels, or H·W·classes flags where they may overlap, as data.Dataset.LoadLabels gives them
}

// openOutOfFold opens the directory of a finished cross-validation.
func openOutOfFold(dir string) (*outOfFold, error) {
	if record.Is(dir) {
		return nil, fmt.Errorf("%s is a single run and no finished cross-validation, whose models say of each image what they did not "+
			"learn from it: make one with segtrain cv", dir)
	}
	cfg, err := config.Load(filepath.Join(dir, CVConfigFile))
	if err != nil {
		return nil, fmt.Errorf("%s is no finished cross-validation: %w", dir, err)
	}
	setThreads(cfg)
	s, err := openSource(cfg, filepath.Join(dir, "fold0", DataFolder))
	if err != nil {
		return nil, err
	}
	o := &outOfFold{dir: dir, cfg: cfg, source: s}
	if o.folder, err = oof.Open(filepath.Join(dir, OOFFolder), s.split.Hash()); err != nil {
		return nil, err
	}
	m, err := o.records()
	if err != nil {
		return nil, err
	}
	o.ds, err = s.dataset(cfg, m, nil)
	return o, err
}

// records returns the records of the predicted images, in their order.
func (o *outOfFold) records() (data.Manifest, error) {
	known := map[string]data.Record{}
	for _, r := range o.source.all { // each fold of a light run leaves out others
		known[r.ID] = r
	}
	m := make(data.Manifest, len(o.folder.Images))
	for i, image := range o.folder.Images {
		r, ok := known[image.ID]
		if !ok {
			return nil, fmt.Errorf("%s predicts %q, which the data no longer has", o.dir, image.ID)
		}
		m[i] = r
	}
	return m, nil
}

// each calls use for every image in order, while others are read.
func (o *outOfFold) each(ctx context.Context, use func(judged) error) error {
	group := parallel.Workers()
	list, errs := make([]judged, group), make([]error, group)
	for first := 0; first < o.ds.Len(); first += group {
		n := min(group, o.ds.Len()-first)
		parallel.For(n, func(i, _ int) { list[i], errs[i] = o.judged(first + i) })
		for i, x := range list[:n] {
			if errs[i] != nil {
				return errs[i]
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := use(x); err != nil {
				return err
			}
			list[i] = judged{}
		}
	}
	return nil
}

func (o *outOfFold) judged(index int) (judged, error) {
	id := o.ds.Record(index).ID
	fold, _ := o.folder.Fold(id)
	p, err := o.folder.Probabilities(id)
	if err != nil {
		return judged{}, err
	}
	if p, err = o.ds.Restore(index, p); err != nil {
		return judged{}, err
	}
	truth, err := o.ds.LoadLabels(index)
	if err == nil && len(truth) != p.H*p.W*o.ds.Labels() {
		err = fmt.Errorf("%s: the mask has %d pixels, and the image %d×%d", id, len(truth)/o.ds.Labels(), p.H, p.W)
	}
	return judged{index: index, id: id, fold: fold, probabilities: p, truth: truth}, err
}
