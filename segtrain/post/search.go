package post

import "sync"

// A collector learns from pictures what settings of a step would do, fold by fold. It adds up whole numbers, so that the order of
// pictures does not matter.
type collector interface {
	// look adds a picture, as the steps before left it. It may be called by several goroutines.
	look(p *picture, s *Sample) error

	// fit returns the best step on all folds but one, nil if none is better than no step.
	fit(without int, of score) Step
}

// A search knows candidates for the setting of a class, each of which changes the masks of a picture.
type search interface {
	candidates() int
	order() []int // of candidates, the mildest first: it is taken of those that are as good
	try(p *picture, k int, e *edits)
	step(chosen []int) Step // by class the candidate, -1 for none
}

// edits are what the candidates of a class change in the counts of a picture.
type edits struct {
	p      *picture
	truth  []uint8
	ignore int
	rows   []counts // candidate, class
}

// move counts a pixel of one class as another's, or where classes may overlap as no longer of the first (to negative) or now
// of the second (from negative).
func (e *edits) move(candidate, i, from, to int) {
	row := e.rows[candidate]
	for _, change := range [2]struct {
		k    int
		sign int64
	}{{from, -1}, {to, 1}} {
		if change.k < 0 {
			continue
		}
		t, there := 0, int64(0)
		if e.p.planes == nil {
			if t = int(e.truth[i]); t == change.k {
				there = 1
			}
		} else {
			t = int(e.truth[i*e.p.c+change.k])
			there = int64(t & 1)
		}
		if t == e.ignore {
			continue
		}
		row[change.k].predicted += change.sign
		row[change.k].both += change.sign * there
	}
}

// drop and add count what picture.drop and picture.add do.
func (e *edits) drop(candidate, i, k, background int) {
	switch {
	case e.p.planes != nil:
		e.move(candidate, i, k, -1)
	case background >= 0:
		e.move(candidate, i, k, background)
	default:
		e.move(candidate, i, k, e.p.other(i, k))
	}
}

func (e *edits) add(candidate, i, k int) {
	from := -1
	if e.p.planes == nil {
		from = int(e.p.labels[i])
	}
	e.move(candidate, i, from, k)
}

// accumulate makes each candidate do what those before it do, too.
func (e *edits) accumulate() {
	for c := 1; c < len(e.rows); c++ {
		e.rows[c].add(e.rows[c-1])
	}
}

// An additive collector takes what candidates for several classes do as the sum of what each does alone, which it nearly is.
type additive struct {
	search
	classes []int
	n       int // of all classes
	ignore  int

	mu    sync.Mutex
	base  []counts     // fold
	delta [][][]counts // fold, class, candidate
}

func newAdditive(s search, classes []int, n, ignore, folds int) *additive {
	return &additive{search: s, classes: classes, n: n, ignore: ignore, base: make([]counts, folds), delta: make([][][]counts, folds)}
}

func (a *additive) look(p *picture, s *Sample) error {
	found := make([][]counts, a.n)
	for _, k := range a.classes {
		e := &edits{p, s.Truth, a.ignore, table(a.candidates(), a.n)}
		a.try(p, k, e)
		found[k] = e.rows
	}
	base := p.counts(s.Truth, a.ignore)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.base[s.Fold] == nil {
		a.base[s.Fold], a.delta[s.Fold] = base, found
		return nil
	}
	a.base[s.Fold].add(base)
	for _, k := range a.classes {
		for c, row := range found[k] {
			a.delta[s.Fold][k][c].add(row)
		}
	}
	return nil
}

func table(rows, classes int) []counts {
	list := make([]counts, rows)
	for i := range list {
		list[i] = make(counts, classes)
	}
	return list
}

// fit goes over the classes until no other candidate for one of them is better.
func (a *additive) fit(without int, of score) Step {
	now, delta := a.pool(without)
	chosen := make([]int, a.n)
	for k := range chosen {
		chosen[k] = -1
	}
	best, found := of(now), false
	const sweeps, least = 5, 1e-7
	for range sweeps {
		changed := false
		for _, k := range a.classes {
			rest := append(counts(nil), now...)
			if c := chosen[k]; c >= 0 {
				rest.subtract(delta[k][c])
			}
			for _, c := range a.order() {
				trial := append(counts(nil), rest...)
				trial.add(delta[k][c])
				if v := of(trial); v > best+least {
					best, now, chosen[k], changed = v, trial, c, true
				}
			}
		}
		if !changed {
			break
		}
		found = true
	}
	if !found {
		return nil
	}
	return a.step(chosen)
}

func (c counts) subtract(o counts) {
	for k := range c {
		c[k].add(count{-o[k].both, -o[k].predicted, -o[k].truth})
	}
}

// pool adds up all folds but one.
func (a *additive) pool(without int) (base counts, delta [][]counts) {
	base, delta = make(counts, a.n), make([][]counts, a.n)
	for _, k := range a.classes {
		delta[k] = table(a.candidates(), a.n)
	}
	for fold, c := range a.base {
		if fold == without || c == nil {
			continue
		}
		base.add(c)
		for _, k := range a.classes {
			for i, row := range a.delta[fold][k] {
				delta[k][i].add(row)
			}
		}
	}
	return base, delta
}

// An either collector applies each of a few steps as a whole.
type either struct {
	steps  []Step
	ops    []operation
	ignore int

	mu   sync.Mutex
	rows [][]counts // fold; first without a step
}

func newEither(of Of, steps []Step, ignore, folds int) (*either, error) {
	e := &either{steps: steps, ignore: ignore, rows: make([][]counts, folds)}
	for _, s := range steps {
		op, err := s.bind(of)
		if err != nil {
			return nil, err
		}
		e.ops = append(e.ops, op)
	}
	return e, nil
}

func (e *either) look(p *picture, s *Sample) error {
	rows := []counts{p.counts(s.Truth, e.ignore)}
	for _, op := range e.ops {
		next := p.clone()
		if err := op.apply(next); err != nil {
			return err
		}
		rows = append(rows, next.counts(s.Truth, e.ignore))
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.rows[s.Fold] == nil {
		e.rows[s.Fold] = rows
		return nil
	}
	for i, row := range rows {
		e.rows[s.Fold][i].add(row)
	}
	return nil
}

func (e *either) fit(without int, of score) Step {
	var total []counts
	for fold, rows := range e.rows {
		if fold == without || rows == nil {
			continue
		}
		if total == nil {
			total = table(len(rows), len(rows[0]))
		}
		for i, row := range rows {
			total[i].add(row)
		}
	}
	best := 0
	for i := range total {
		if of(total[i]) > of(total[best]) {
			best = i
		}
	}
	if best == 0 {
		return nil
	}
	return e.steps[best-1]
}
