package post

import (
	"math"
	"sync"
)

// weightGrid are the weights of a class that Fit tries: powers of the fourth root of 2 from ¼ to 4.
var weightGrid = func() []float64 {
	const root = 1.189207115002721 // 2^¼
	list := []float64{0.25}
	for len(list) < 17 {
		list = append(list, list[len(list)-1]*root)
	}
	for i := range list {
		list[i] = math.Round(1000*list[i]) / 1000
	}
	return list
}()

// A weightSearch keeps the pixels that weights could give to another class, with their probabilities. Weights of classes work
// together, so they are found one class at a time, over and over. Of many pixels it takes every stride-th.
type weightSearch struct {
	of             Of
	ignore, stride int

	mu    sync.Mutex
	folds []openPixels
}

// openPixels are those of a fold, and the counts of the others.
type openPixels struct {
	sure  counts
	truth []uint8
	p     []uint16 // classes a pixel, in parts of 65535
}

// openPixelBudget is how many pixels the search looks at: they take 23 bytes each with 11 classes, and most are sure.
const openPixelBudget = 16 << 20

func newWeightSearch(of Of, ignore, folds int, pixels int64) *weightSearch {
	return &weightSearch{of: of, ignore: ignore, stride: int(1 + pixels/openPixelBudget), folds: make([]openPixels, folds)}
}

func (s *weightSearch) look(p *picture, x *Sample) error {
	found := openPixels{sure: make(counts, p.c)}
	const most = 4 / 0.25 // ratio of two weights
	for i := 0; i < p.h*p.w; i += s.stride {
		t := x.Truth[i]
		if int(t) == s.ignore {
			continue
		}
		v := p.p[i*p.c:][:p.c]
		top := p.labels[i]
		if next := p.other(i, int(top)); next < 0 || v[top] > most*v[next] {
			found.sure[t].truth++
			found.sure[top].predicted++
			if t == top {
				found.sure[t].both++
			}
			continue
		}
		found.truth = append(found.truth, t)
		for _, q := range v {
			found.p = append(found.p, uint16(float32(q*65535)+0.5))
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f := &s.folds[x.Fold]
	if f.sure == nil {
		*f = found
		return nil
	}
	f.sure.add(found.sure)
	f.truth, f.p = append(f.truth, found.truth...), append(f.p, found.p...)
	return nil
}

func (s *weightSearch) fit(without int, of score) Step {
	w, best := ones(len(s.of.Classes)), math.Inf(-1)
	chosen := make([]int, len(w))
	for k := range chosen {
		chosen[k] = -1
	}
	const sweeps, least = 3, 1e-6
	changes, seen := 0, make([]int, len(w)) // how many there had been when a class was last tried, and one
	for range sweeps {
		changed := false
		for k := range w {
			if seen[k] == changes+1 {
				continue // beside the same weights nothing new is found
			}
			rows := s.rows(without, k, w)
			if math.IsInf(best, -1) { // all weights are 1, which is in the middle of the grid
				best = of(rows[len(weightGrid)/2])
			}
			before := chosen[k]
			for _, c := range mildFirst(len(rows)) {
				if v := of(rows[c]); v > best+least {
					best, chosen[k], w[k], changed = v, c, float32(weightGrid[c]), true
				}
			}
			if chosen[k] != before {
				changes++
			}
			seen[k] = changes + 1
		}
		if !changed {
			break
		}
	}
	step := &Weights{}
	step.Classes, step.Weight = chosenOf(s.of, chosen, func(c int) float64 { return weightGrid[c] })
	if len(step.Classes) == 0 {
		return nil
	}
	return step
}

// mildFirst returns the numbers below n from the middle outward, so that of settings that are as good the mildest is taken.
func mildFirst(n int) []int {
	list := []int{n / 2}
	for d := 1; d <= n/2; d++ {
		list = append(list, n/2+d, n/2-d)
	}
	return list
}

// rows returns the counts for each weight that class k may have beside the weights of the others.
func (s *weightSearch) rows(without, k int, w []float32) []counts {
	n := len(w)
	rows := table(len(weightGrid), n)
	grid := make([]float32, len(weightGrid))
	for c, v := range weightGrid {
		grid[c] = float32(v)
	}
	first := table(len(grid)+1, n) // pixels that are k's from this candidate on, by who has them before
	own := make([]count, len(grid)+1)
	all := make(counts, n)
	for fold := range s.folds {
		f := &s.folds[fold]
		if fold == without || f.sure == nil {
			continue
		}
		all.add(f.sure)
		for i, t := range f.truth {
			v := f.p[i*n:][:n]
			rival, most := 0, float32(-1)
			for j, q := range v {
				if x := w[j] * float32(q); x > most && j != k {
					rival, most = j, x
				}
			}
			c := firstAbove(grid, float32(v[k]), most, k < rival)
			all[t].truth++
			first[c][rival].predicted++
			own[c].predicted++
			switch int(t) {
			case rival:
				first[c][rival].both++
			case k:
				own[c].both++
			}
		}
	}
	mine := count{}
	for c := range rows {
		mine.add(own[c])
		rows[c].add(all)
		rows[c][k].add(mine)
		for later := c + 1; later < len(first); later++ {
			rows[c].add(first[later])
		}
	}
	return rows
}

// firstAbove returns the first of weights, which rise, whose product with p is above most, or with equals is as large; their number
// if there is none, which is asked first, since most classes are far from most pixels.
func firstAbove(weights []float32, p, most float32, equals bool) int {
	above := func(c int) bool { x := weights[c] * p; return x > most || x == most && equals }
	lo, hi := 0, len(weights)
	if !above(hi - 1) {
		return hi
	}
	for hi--; lo < hi; {
		if mid := (lo + hi) / 2; above(mid) {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}
