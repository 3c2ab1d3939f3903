package workflow

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/ensemble"
	"tessera/segtrain/metric"
	"tessera/segtrain/predict"
	"tessera/segtrain/record"
	"tessera/segtrain/split"
)

// Members are the models of an ensemble and how they are combined.
type Members struct {
	Combine ensemble.Method
	list    []member
}

// A member is the weights of a run.
type member struct {
	cfg    *config.Config // of the run cfg.Out
	file   string         // of weights
	weight float64
}

// MemberOptions say how Members are loaded.
type MemberOptions struct {
	Weights  []string // best, last, ema, swa, or files: each is a member; empty is best, of a cross-validation what predicted out of fold
	Combine  string   // mean, logits, gmean; empty is mean, or what the file of an ensemble says
	Settings []string // keys that change in the configuration of every run
}

// IsEnsemble tells whether a target of LoadMembers is more than one run: several runs between commas, the directory of a
// cross-validation, or the file of an ensemble.
func IsEnsemble(target string) bool {
	return strings.Contains(target, ",") && !exists(target) || isCV(target) || ensemble.Is(target)
}

func isCV(dir string) bool { return exists(filepath.Join(dir, CVConfigFile)) }

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// LoadMembers reads the configurations of an ensemble's runs. A cross-validation is all its folds. Runs that are not finished are
// an error, and so are members whose tasks, classes or thresholds differ.
func LoadMembers(target string, mo MemberOptions) (*Members, error) {
	f := &ensemble.File{}
	switch {
	case ensemble.Is(target):
		if mo.Combine != "" || len(mo.Weights) > 0 {
			return nil, fmt.Errorf("%s says which weights its members have and how they are combined: change them there", target)
		}
		var err error
		if f, err = ensemble.ReadFile(target); err != nil {
			return nil, err
		}
	default:
		method, err := ensemble.ParseMethod(mo.Combine)
		if err != nil {
			return nil, err
		}
		f.Combine = method
		for _, dir := range strings.Split(target, ",") {
			f.Members = append(f.Members, ensemble.FileMember{Dir: dir, Weight: 1, Files: mo.Weights})
		}
	}
	m := &Members{Combine: f.Combine}
	for _, x := range f.Members {
		if x.Weight == 0 {
			continue
		}
		list, err := expand(x, mo.Settings)
		if err != nil {
			return nil, err
		}
		m.list = append(m.list, list...)
	}
	if len(f.Classes) > 0 && !slices.Equal(f.Classes, classNames(m.list[0].cfg)) {
		return nil, fmt.Errorf("%s is of the classes %s, and %s of %s", target, strings.Join(f.Classes, ", "), m.list[0].cfg.Out,
			strings.Join(classNames(m.list[0].cfg), ", "))
	}
	return m, m.check()
}

// expand returns the folds of a cross-validation or a run itself, with each of its files of weights.
func expand(x ensemble.FileMember, settings []string) ([]member, error) {
	if x.Dir == "" {
		return nil, errors.New("the name of a run is empty: give runs with a comma between them, and no spaces")
	}
	dirs := []string{x.Dir}
	if isCV(x.Dir) {
		s, err := split.ReadFile(filepath.Join(x.Dir, record.SplitFile))
		if err != nil {
			return nil, err
		}
		dirs = nil
		for fold := range s.Folds() {
			dirs = append(dirs, filepath.Join(x.Dir, fmt.Sprintf("fold%d", fold)))
		}
	}
	files := x.Files
	if len(files) == 0 {
		files = []string{foldWeights(x.Dir)}
	}
	var list []member
	for _, dir := range dirs {
		if isCV(x.Dir) && !record.Is(dir) {
			return nil, fmt.Errorf("%s has no %s: repeat segtrain cv until all folds are done", x.Dir, filepath.Base(dir))
		}
		cfg, err := LoadRun(dir, settings...)
		if err != nil {
			return nil, err
		}
		if !done(dir) {
			return nil, fmt.Errorf("%s is not finished: go on with it, or predict with it alone", dir)
		}
		for _, name := range files {
			file, err := weightsFile(dir, name)
			if err != nil {
				return nil, err
			}
			if !exists(file) {
				return nil, fmt.Errorf("%s has no weights %s: there is no %s", dir, name, file)
			}
			list = append(list, member{cfg, file, x.Weight / float64(len(dirs)*len(files))})
		}
	}
	return list, nil
}

// check reports members that cannot be combined.
func (m *Members) check() error {
	first := m.list[0].cfg
	for _, x := range m.list[1:] {
		switch {
		case task(x.cfg) != task(first):
			return fmt.Errorf("%s is %s, and %s %s", first.Out, first.Task, x.cfg.Out, x.cfg.Task)
		case !slices.Equal(classNames(x.cfg), classNames(first)):
			return fmt.Errorf("%s and %s have other classes: %s; %s", first.Out, x.cfg.Out,
				strings.Join(classNames(first), ", "), strings.Join(classNames(x.cfg), ", "))
		case len(first.Predict.Gate) > 0 && !slices.Equal(auxClasses(x.cfg), auxClasses(first)):
			return fmt.Errorf("the classification heads of %s and %s tell other classes, and %s has predict.gate: leave it out with "+
				"--set predict.gate=[]", first.Out, x.cfg.Out, first.Out)
		case len(first.Predict.Gate) > 0 && x.cfg.Model.Aux.Weight == 0:
			return fmt.Errorf("%s has predict.gate, and %s no classification head: leave the gate out with --set predict.gate=[]",
				first.Out, x.cfg.Out)
		case first.Flags() && !slices.Equal(limits(x.cfg), limits(first)):
			return fmt.Errorf("%s and %s have other thresholds, %v and %v: choose with --set predict.threshold=…", first.Out, x.cfg.Out,
				first.Predict.Threshold, x.cfg.Predict.Threshold)
		}
	}
	return nil
}

func limits(cfg *config.Config) []float32 {
	return metric.Limits(cfg.Predict.Threshold, len(classNames(cfg)))
}

// Files returns the files of weights.
func (m *Members) Files() []string {
	var list []string
	for _, x := range m.list {
		list = append(list, x.file)
	}
	return list
}

// source describes the first member's data: classes and colors are those of all.
func (m *Members) source() *source { return describeSource(m.list[0].cfg) }

// open builds the models and gives each its data set of the records. Masks are read as the first member's configuration says.
func (m *Members) open(records data.Manifest, batch int) (*predict.Ensemble, error) {
	first := m.list[0].cfg
	e := &predict.Ensemble{Task: task(first), Thresholds: first.Predict.Threshold, Combine: ensemble.Combiner{Method: m.Combine}}
	for i, x := range m.list {
		p, file, err := trained(x.cfg, x.file)
		if err != nil {
			return nil, err
		}
		own := records
		if i > 0 {
			own = unlabelled(records)
		}
		ds, err := describeSource(x.cfg).dataset(x.cfg, own, nil)
		if err != nil {
			return nil, err
		}
		run := p.newPredictor(x.cfg)
		if i == 0 {
			e.Gate, e.Post = run.Gate, run.Post
		}
		run.Batch = min(x.cfg.Train.Batch, ds.Len())
		if batch > 0 {
			run.Batch = min(batch, ds.Len())
		}
		e.Members = append(e.Members, predict.Member{Name: file, Predictor: run, Data: ds})
		e.Combine.Weights = append(e.Combine.Weights, x.weight)
	}
	return e, nil
}

// unlabelled returns records without masks, which only one member needs.
func unlabelled(m data.Manifest) data.Manifest {
	m = slices.Clone(m)
	for i := range m {
		m[i].Mask, m[i].Drawn = "", nil
	}
	return m
}
