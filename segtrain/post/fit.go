package post

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"tessera/internal/parallel"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
)

// A Sample is one picture beside the truth, with the probabilities of a model that did not train on it.
type Sample struct {
	Fold          int
	Probabilities *raster.Float
	Truth         []uint8 // H·W classes, or where the task is multilabel H·W·classes flags
	Image         func() (*raster.Image, error)
}

// A Source calls use with every sample of a set, in the same order each time.
type Source func(use func(Sample) error) error

// FitOptions say what Fit looks for.
type FitOptions struct {
	Of
	Ignore     int      // label of truth that does not count, -1 for none
	Metric     string   // one of Metrics; empty is iou
	Background string   // class that gets what others lose (multiclass); empty: the most probable
	Steps      []string // names, in the order in which they are tried; empty: Tried
	Skipped    func()   // hears of a pass over all samples that Passes counts and nothing needs; nil for nobody
}

// A Fitted is what Fit found.
type Fitted struct {
	Metric string   `json:"metric"`
	Images int      `json:"images"`
	Folds  int      `json:"folds"`
	Plain  float64  `json:"plain"`  // the masks of the probabilities alone
	Naive  float64  `json:"naive"`  // with Steps, judged on the pictures that they were fitted on: not to be believed
	Nested float64  `json:"nested"` // each picture with steps that were fitted without its fold
	Gain   float64  `json:"gain"`   // Nested over Plain, and the interval in which 95 % of it lie
	Low    float64  `json:"low"`
	High   float64  `json:"high"`
	Trials []Trial  `json:"trials"`
	Steps  []Step   `json:"-"` // those that are proposed, fitted on all folds
	ByFold [][]Step `json:"-"`
}

// A Trial is one step on top of those that were proposed before it.
type Trial struct {
	Name     string  `json:"name"`
	Setting  string  `json:"setting"` // fitted on all folds; empty if no setting is better than none
	Naive    float64 `json:"naive"`
	Nested   float64 `json:"nested"`
	Gain     float64 `json:"gain"` // of Nested over that without the step, and its interval
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
	Proposed bool    `json:"proposed"`

	step Step
}

// Tried are the steps that Fit tries if it is not told: those that do not take long.
func Tried(of Of, background string) []string {
	list := []string{"weights", "triplet", "remove_small_objects", "fill_holes", "opening", "closing"}
	switch {
	case of.Task.Flags():
		list[0] = "threshold"
	case background != "":
		list = slices.Insert(list, 1, "threshold")
	}
	return list
}

// Fit searches settings of steps, a step after the other, on top of those that it proposes.
//
// Nothing is judged by what it was fitted on: for each fold the settings are searched on all other folds and judged on this
// one, and the counts of all folds together make the nested score. A step is proposed if 95 % of its nested gain, by the
// bootstrap over pictures, are above zero; its settings are then fitted on all folds. What all folds decide together
// is one bit a step: whether it is proposed.
func Fit(ctx context.Context, o FitOptions, source Source) (*Fitted, error) {
	f, err := newFitting(ctx, o, source)
	if err != nil {
		return nil, err
	}
	if err := f.survey(); err != nil {
		return nil, err
	}
	result := &Fitted{Metric: f.Metric, Images: len(f.plain), Folds: f.used, Plain: f.of(sum(f.plain, f.classes))}
	for _, name := range f.Steps {
		t, err := f.trial(name)
		if err != nil {
			return nil, err
		}
		result.Trials = append(result.Trials, *t)
	}
	result.Naive, result.Nested = f.of(sum(f.naive, f.classes)), f.of(sum(f.nested, f.classes))
	result.Gain, result.Low, result.High = paired(f.plain, f.nested, f.of)
	result.Steps, result.ByFold = f.chains[f.folds], f.chains[:f.folds]
	return result, nil
}

// A fitting is a Fit at work. Fold number folds stands for none: what is fitted on everything.
type fitting struct {
	FitOptions
	ctx     context.Context
	source  Source
	of      score
	classes int
	back    int
	folds   int // the highest number of a fold, and one
	used    int // folds that have pictures
	median  int // area of a picture, in pixels
	pixels  int64

	chains               [][]Step // fold left out
	plain, nested, naive []counts // picture
}

// Passes returns how often Fit goes over all samples at most.
func Passes(steps int) int { return 1 + 2*steps }

func newFitting(ctx context.Context, o FitOptions, source Source) (*fitting, error) {
	if o.Metric == "" {
		o.Metric = Metrics[0]
	}
	of, err := scoreOf(o.Metric)
	if err != nil {
		return nil, err
	}
	back, err := o.background(o.Background)
	if err != nil {
		return nil, err
	}
	if len(o.Steps) == 0 {
		o.Steps = Tried(o.Of, o.Background)
	}
	f := &fitting{FitOptions: o, ctx: ctx, source: source, of: of, classes: len(o.Classes), back: back, median: 1}
	last := 0
	for _, name := range o.Steps {
		s, err := Defaults(name)
		if err != nil {
			return nil, err
		}
		if s.rank() < last {
			return nil, fmt.Errorf("%s cannot be tried after steps that it would undo; the order is: crf, weights and threshold, triplet, "+
				"then what changes shapes", name)
		}
		last = s.rank()
		if _, err := f.collector(name); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// survey counts the masks without steps and learns which folds and sizes there are.
func (f *fitting) survey() error {
	var sizes, folds []int
	err := f.each(func(i int, s *Sample) error {
		f.plain[i] = newPicture(f.Of, s.Probabilities, s.Image).counts(s.Truth, f.Ignore)
		return nil
	}, func(s *Sample) {
		sizes = append(sizes, s.Probabilities.H*s.Probabilities.W)
		folds = append(folds, s.Fold)
		f.plain = append(f.plain, nil)
	})
	if err != nil {
		return err
	}
	slices.Sort(folds)
	if f.used = len(slices.Compact(slices.Clone(folds))); f.used < 2 {
		return fmt.Errorf("predictions of %d folds cannot be judged by others; allowed: 2 or more", f.used)
	}
	f.folds = folds[len(folds)-1] + 1
	for _, n := range sizes {
		f.pixels += int64(n)
	}
	slices.Sort(sizes)
	f.median = sizes[len(sizes)/2]
	f.chains = make([][]Step, f.folds+1)
	f.nested, f.naive = slices.Clone(f.plain), slices.Clone(f.plain)
	return nil
}

// each calls work with every sample and its number, several at a time; first, if not nil, is called before that, in order.
func (f *fitting) each(work func(i int, s *Sample) error, first func(*Sample)) error {
	group, next := make([]Sample, 0, parallel.Workers()), 0
	flush := func() error {
		errs := make([]error, len(group))
		parallel.For(len(group), func(i, _ int) { errs[i] = work(next+i, &group[i]) })
		next += len(group)
		group = group[:0]
		return errors.Join(errs...)
	}
	err := f.source(func(s Sample) error {
		if err := f.ctx.Err(); err != nil {
			return err
		}
		p := s.Probabilities
		if n := p.H * p.W * f.Task.Labels(f.classes); p.C != f.classes || len(s.Truth) != n {
			return fmt.Errorf("probabilities of %d×%d×%d beside %d labels; allowed: %d classes and %d labels",
				p.H, p.W, p.C, len(s.Truth), f.classes, n)
		}
		if first != nil {
			first(&s)
		}
		if group = append(group, s); len(group) == cap(group) {
			return flush()
		}
		return nil
	})
	return errors.Join(err, flush())
}

// trial fits one step and judges it.
func (f *fitting) trial(name string) (*Trial, error) {
	leaders := f.leaders()
	collectors := make([]collector, len(f.chains))
	served := make([]int, len(f.chains)) // how many folds a collector is for
	for _, fold := range leaders {
		collectors[fold], _ = f.collector(name)
		served[fold]++
	}
	err := f.each(func(_ int, s *Sample) error {
		base := newPicture(f.Of, s.Probabilities, s.Image)
		for fold, c := range collectors {
			if c == nil || served[fold] == 1 && fold == s.Fold { // it would be left out
				continue
			}
			p, err := f.masks(f.chains[fold], base)
			if err == nil {
				err = c.look(p, s)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}, nil)
	if err != nil {
		return nil, err
	}
	found, any := make([]Step, len(f.chains)), false
	parallel.For(len(found), func(fold, _ int) { found[fold] = collectors[leaders[fold]].fit(fold, f.of) })
	for _, s := range found {
		any = any || s != nil
	}
	if !any { // and nothing to judge
		if f.Skipped != nil {
			f.Skipped()
		}
		return &Trial{Name: name, Naive: f.of(sum(f.naive, f.classes)), Nested: f.of(sum(f.nested, f.classes))}, nil
	}
	return f.judge(name, found)
}

// leaders returns for each fold that is left out the first with the same steps: what one collects serves all of them.
func (f *fitting) leaders() []int {
	list := make([]int, len(f.chains))
	for i := range list {
		list[i] = slices.IndexFunc(f.chains, func(c []Step) bool { return reflect.DeepEqual(c, f.chains[i]) })
	}
	return list
}

// masks applies steps to a picture as it is without any, which stays so.
func (f *fitting) masks(steps []Step, base *picture) (*picture, error) {
	c, err := NewChain(f.Of, steps)
	if err != nil {
		return nil, err
	}
	p := base.clone()
	for _, op := range c.ops {
		if err := op.apply(p); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// judge adds the steps that were found, and takes them away again if that is not better.
func (f *fitting) judge(name string, found []Step) (*Trial, error) {
	before := f.chains
	f.chains = make([][]Step, len(before))
	for fold, steps := range before {
		f.chains[fold] = slices.Clone(steps)
		if found[fold] != nil {
			f.chains[fold] = append(f.chains[fold], found[fold])
		}
	}
	nested, naive := make([]counts, len(f.plain)), make([]counts, len(f.plain))
	err := f.each(func(i int, s *Sample) error {
		base := newPicture(f.Of, s.Probabilities, s.Image)
		p, err := f.masks(f.chains[s.Fold], base)
		if err != nil {
			return err
		}
		nested[i] = p.counts(s.Truth, f.Ignore)
		if naive[i] = nested[i]; reflect.DeepEqual(f.chains[s.Fold], f.chains[f.folds]) {
			return nil
		}
		if p, err = f.masks(f.chains[f.folds], base); err != nil {
			return err
		}
		naive[i] = p.counts(s.Truth, f.Ignore)
		return nil
	}, nil)
	if err != nil {
		return nil, err
	}
	t := &Trial{Name: name, step: found[f.folds], Naive: f.of(sum(naive, f.classes)), Nested: f.of(sum(nested, f.classes))}
	if t.step != nil {
		t.Setting = Text(t.step)
	}
	t.Gain, t.Low, t.High = paired(f.nested, nested, f.of)
	if t.Proposed = t.Low > 0 && t.step != nil; t.Proposed {
		f.nested, f.naive = nested, naive
	} else {
		f.chains = before
	}
	return t, nil
}

// collector returns what searches settings of a step.
func (f *fitting) collector(name string) (collector, error) {
	base := searching{of: f.Of, background: f.Background, back: f.back}
	areas := areaGrid(f.median)
	var s search
	switch name {
	case "weights":
		if f.Task.Flags() {
			return nil, fmt.Errorf("weights is for task %s, but task is %s; allowed there: threshold", metric.Multiclass, f.Task)
		}
		return newWeightSearch(f.Of, f.Ignore, f.folds, f.pixels), nil
	case "crf":
		mild := usualCRF()
		mild.GaussianCompat, mild.BilateralSxy, mild.BilateralSrgb, mild.BilateralCompat = 1, 40, 10, 3
		return newEither(f.Of, []Step{mild, usualCRF()}, f.Ignore, f.folds)
	case "threshold":
		if !f.Task.Flags() && f.back < 0 {
			return nil, fmt.Errorf("threshold wants a background where task is %s", metric.Multiclass)
		}
		for i := 1; i < 20; i++ {
			base.grid = append(base.grid, float64(i)/20)
		}
		s = &thresholdSearch{base}
	case "triplet":
		lows := bottoms
		if !f.Task.Flags() && f.back < 0 {
			lows = bottoms[:1]
		}
		s = &tripletSearch{base, areas, lows}
	case "remove_small_objects":
		base.grid = areas
		s = &smallSearch{base}
	case "largest_component":
		base.grid = []float64{1}
		s = &largestSearch{base}
	case "fill_holes":
		base.grid = append(areas, 0)
		s = &holeSearch{base}
	case "opening", "closing":
		base.grid = radii
		s = &morphSearch{base, name == "closing"}
	}
	classes, err := f.list(nil, f.back)
	return newAdditive(s, classes, f.classes, f.Ignore, f.folds), err
}
