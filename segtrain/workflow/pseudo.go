package workflow

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"

	"tessera/nn/checkpoint"
	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/record"
	"tessera/segtrain/refine"
)

// PseudoOptions say what PseudoLabel labels, and how sure it has to be.
type PseudoOptions struct {
	Inputs     []string // image files, and folders of them
	Out        string   // folder to write to, which holds no pseudo-labels yet
	Threshold  float64  // of all classes but those of Thresholds
	Thresholds map[string]float64
	Clear      *float64 // of binary and multilabel tasks: the most of what is not there; nil: 1 - threshold, or the threshold if that is less
	Clears     map[string]float64
	Agreement  float64
	MinKept    float64
	MinMean    float64 // refine.PseudoRule.MinConfidence
	Soft       bool    // write what the models say of the two most probable classes of a pixel, beside its class
	Batch      int     // images a forward pass of each model; 0 is train.batch
	Threads    int     // 0: as configured

	Done func(done, total int) // hears of images; nil for nobody
}

// A PseudoResult is what PseudoLabel did.
type PseudoResult struct {
	Out      string             `json:"out"`
	Round    int                `json:"round"`
	Split    string             `json:"split"`
	Task     string             `json:"task"`
	Images   int                `json:"images"`
	Members  int                `json:"members"`
	Manifest string             `json:"manifest"` // file
	Soft     bool               `json:"soft"`
	Sets     []refine.PseudoSet `json:"sets"`
}

// PseudoLabel labels images by the models of the finished cross-validation in dir, the best of each fold: a set of labels for each
// fold, by the models that saw none of its validation images, and one by all. See package refine for the files.
//
// Errors: a fold that is not finished or was trained again since its out-of-fold predictions, images that have true labels, a folder
// that holds pseudo-labels, what Predict has.
func PseudoLabel(ctx context.Context, dir string, po PseudoOptions, o Options) (*PseudoResult, error) {
	o = o.withDefaults()
	l := &labeller{PseudoOptions: po}
	for _, step := range []func() error{l.checkOut, func() error { return l.open(dir) }, l.openMembers, l.openImages} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	if err := l.trace(); err != nil {
		return nil, err
	}
	o.Log.Info("labelling", "images", l.ds.Len(), "models", len(l.members), "round", l.manifest.Round, "out", po.Out)
	if err := l.label(ctx); err != nil {
		return nil, err
	}
	m := l.manifest
	for _, s := range m.Sets {
		if s.Kept == 0 {
			o.Log.Warn("no image is sure enough; lower thresholds, agreement or the least share", "set", s.Name)
		}
	}
	return &PseudoResult{
		Out: po.Out, Round: m.Round, Split: m.Split, Task: l.cv.cfg.Task, Images: len(m.Unlabelled), Members: len(m.Members),
		Manifest: filepath.Join(po.Out, refine.PseudoFile), Soft: m.Soft, Sets: m.Sets,
	}, nil
}

// A labeller is one call of PseudoLabel.
type labeller struct {
	PseudoOptions
	cv       *outOfFold
	labelled []refine.PseudoImage // by the cross-validation's data, also what scale.fraction leaves out
	members  []foldModel
	ds       *data.Dataset
	manifest *refine.PseudoManifest
	sets     []*pseudoSet
}

// A foldModel is the model of a fold.
type foldModel struct {
	cfg    *config.Config
	parts  *parts
	labels *pseudoUse // that it trained with, nil for none
}

func (l *labeller) checkOut() error {
	file := filepath.Join(l.Out, refine.PseudoFile)
	if _, err := os.Lstat(file); err == nil {
		return fmt.Errorf("pseudo-labels: %s exists, and runs may have trained with it: choose another --out", file)
	}
	return nil
}

// open opens the cross-validation.
func (l *labeller) open(dir string) (err error) {
	if l.cv, err = openOutOfFold(dir); err != nil {
		return err
	}
	if l.Threads > 0 {
		l.cv.cfg.Threads = l.Threads
		setThreads(l.cv.cfg)
	}
	all, err := l.cv.source.records(l.cv.cfg, filepath.Join(dir, "fold0", DataFolder))
	if err != nil {
		return err
	}
	if l.labelled, err = pseudoImages("", all); err != nil {
		return err
	}
	rule, err := l.rule(l.cv.source.classes)
	l.manifest = &refine.PseudoManifest{
		Format: refine.PseudoFormat, Round: 1, Source: dir, Split: l.cv.source.split.Hash(),
		Folds: l.cv.source.split.Folds(), Task: manifestTask(l.cv.cfg), Classes: l.cv.source.classes, Rule: rule, Soft: l.Soft,
	}
	return err
}

// rule is what the options ask for.
func (l *labeller) rule(classes []string) (refine.PseudoRule, error) {
	r := refine.PseudoRule{Agreement: l.Agreement, MinKept: l.MinKept, MinConfidence: l.MinMean}
	for _, name := range classes {
		v, ok := l.Thresholds[name]
		if !ok {
			v = l.Threshold
		}
		r.Thresholds = append(r.Thresholds, v)
	}
	for _, list := range []map[string]float64{l.Thresholds, l.Clears} {
		for _, name := range slices.Sorted(maps.Keys(list)) {
			if !slices.Contains(classes, name) {
				return r, fmt.Errorf("pseudo-labels: a threshold is for the class %q; there are: %q", name, classes)
			}
		}
	}
	if l.cv.cfg.Flags() {
		l.ruleOfFlags(&r, classes)
	} else if l.Clear != nil || len(l.Clears) > 0 {
		return r, l.cv.cfg.Mistake("task", "a threshold of what is not there (--clear) is for tasks binary and multilabel, but task is %s",
			l.cv.cfg.Task)
	}
	return r, r.Check(len(classes))
}

// ruleOfFlags adds up to where a class is not there, and where models say that it is: at predict.threshold, if that lies between
// both thresholds, and else at the next of them.
func (l *labeller) ruleOfFlags(r *refine.PseudoRule, classes []string) {
	cuts := limits(l.cv.cfg)
	for k, name := range classes {
		high := r.Thresholds[k]
		low, ok := l.Clears[name]
		switch {
		case ok:
		case l.Clear != nil:
			low = *l.Clear
		default:
			low = min(1-high, high)
		}
		r.Clear, r.Cut = append(r.Clear, low), append(r.Cut, min(max(float64(cuts[k]), low), high))
	}
}

// openMembers loads the best weights of each fold.
func (l *labeller) openMembers() error {
	for fold := range l.manifest.Folds {
		dir := filepath.Join(l.cv.dir, fmt.Sprintf("fold%d", fold))
		if !done(dir) {
			return fmt.Errorf("pseudo-labels: %s is no finished run: repeat segtrain cv until all folds are done", dir)
		}
		cfg, err := LoadRun(dir)
		if err != nil {
			return err
		}
		cfg.Threads = l.cv.cfg.Threads
		if f := cfg.Data.Val.Fold; f == nil || *f != fold || !slices.Equal(classNames(cfg), l.manifest.Classes) {
			return fmt.Errorf("pseudo-labels: %s is not fold %d of the classes %q", dir, fold, l.manifest.Classes)
		}
		p, file, err := trained(cfg, foldWeights(l.cv.dir))
		if err != nil {
			return err
		}
		m := foldModel{cfg: cfg, parts: p}
		if m.labels, err = readPseudoUse(dir); err != nil {
			return err
		}
		if err := l.identify(fold, file, m); err != nil {
			return err
		}
		l.members = append(l.members, m)
	}
	return nil
}

// identify makes sure that the weights of a fold are those of the cross-validation and its split, and notes them.
func (l *labeller) identify(fold int, file string, m foldModel) error {
	sum, err := fileSum(file)
	if err != nil {
		return err
	}
	if want := l.cv.folder.Weights[fold]; sum != want {
		return fmt.Errorf("pseudo-labels: %s was trained again since the out-of-fold predictions (its hash is %.12s…, not %.12s…): "+
			"repeat segtrain cv", file, sum, want)
	}
	_, metadata, err := checkpoint.ReadFile(file)
	if err != nil {
		return err
	}
	if got := metadata[SplitKey]; got != l.manifest.Split {
		return fmt.Errorf("pseudo-labels: %s was trained on the split %.12s…, and the cross-validation is of %.12s…", file, got, l.manifest.Split)
	}
	id, err := record.ID(m.cfg.Out)
	if err != nil {
		return err
	}
	about := refine.PseudoMember{Fold: fold, Run: id, Name: filepath.Base(l.cv.dir) + "/" + filepath.Base(m.cfg.Out), Weights: sum}
	if m.labels != nil {
		about.Labels = m.labels.SHA256
		l.manifest.Round = max(l.manifest.Round, m.labels.Manifest.Round+1)
		l.manifest.Parents = append(l.manifest.Parents, refine.PseudoParent{
			Round: m.labels.Manifest.Round, SHA256: m.labels.SHA256, Source: m.labels.Manifest.Source, Set: m.labels.Set,
		})
	}
	l.manifest.Members = append(l.manifest.Members, about)
	return nil
}

// openImages lists the images, none of which may have a label.
func (l *labeller) openImages() error {
	inputs, err := inputRecords(l.Inputs)
	if err != nil {
		return err
	}
	if len(inputs) == 0 {
		return errors.New("pseudo-labels: no images")
	}
	groupInputs(l.cv.cfg, inputs)
	if l.manifest.Unlabelled, err = pseudoImages("", inputs); err != nil {
		return err
	}
	if err := refine.CheckUnlabelled(l.manifest.Unlabelled, l.labelled); err != nil {
		return err
	}
	l.manifest.Images = refine.HashImages(l.manifest.Unlabelled)
	l.ds, err = l.cv.source.dataset(l.cv.cfg, inputs, nil)
	return err
}

// trace finds out what the models have seen, and so who may label for which fold.
func (l *labeller) trace() error {
	var traces []refine.PseudoTrace
	for fold, m := range l.members {
		held := map[string]bool{}
		for _, row := range l.cv.source.split.Validation(fold) {
			held[row.ID] = true
		}
		t := refine.PseudoTrace{Fold: fold}
		for _, x := range l.labelled {
			if held[x.ID] {
				t.Validation = append(t.Validation, x)
			} else {
				t.Train = append(t.Train, x)
			}
		}
		if m.labels != nil {
			t.Labels, t.Set = m.labels.Manifest, m.labels.Set
		}
		traces = append(traces, t)
	}
	l.manifest.Seen = refine.TracePseudo(traces)
	for fold := range l.manifest.Folds {
		by := refine.Unbiased(l.manifest.Seen, l.manifest.Folds, fold)
		if len(by) == 0 {
			return fmt.Errorf("pseudo-labels: every model has seen images that validate in fold %d, through the labels it trained with", fold)
		}
		l.sets = append(l.sets, newPseudoSet(l, refine.FoldSet(fold), by))
	}
	everyone := make([]int, l.manifest.Folds)
	for i := range everyone {
		everyone[i] = i
	}
	l.sets = append(l.sets, newPseudoSet(l, refine.AllFolds, everyone))
	return nil
}

// batch returns how many images a model takes at a time.
func (l *labeller) batch() int {
	n := l.Batch
	if n <= 0 {
		n = l.cv.cfg.Train.Batch
	}
	return min(n, l.ds.Len(), math.MaxInt16)
}
