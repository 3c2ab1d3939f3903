package post

import (
	"math"
	"slices"
)

// grids are the candidates of Fit.
var (
	areaShares = []float64{5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2} // of the median picture
	tops       = []float64{0.5, 0.6, 0.7, 0.75, 0.8, 0.9}
	bottoms    = []float64{0, 0.2, 0.3, 0.4, 0.5}
	radii      = []float64{1, 2, 3, 5}
)

// areaGrid returns areas in whole pixels of two digits.
func areaGrid(median int) (list []float64) {
	for _, share := range areaShares {
		v := share * float64(median)
		unit := 1.0
		for v/unit >= 100 {
			unit *= 10
		}
		list = append(list, max(2, math.Round(v/unit)*unit))
	}
	return slices.Compact(list)
}

// chosenOf returns the names of the classes that have a candidate, and the value of each.
func chosenOf(of Of, chosen []int, value func(candidate int) float64) (names Names, values Values) {
	for k, c := range chosen {
		if c >= 0 {
			names, values = append(names, of.Classes[k]), append(values, value(c))
		}
	}
	return names, values
}

// searching is what searches share.
type searching struct {
	of         Of
	background string
	back       int // its index, or -1
	grid       []float64
}

func (s *searching) candidates() int { return len(s.grid) }

func (s *searching) order() []int { return upTo(len(s.grid)) }

func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

func (s *searching) chosen(chosen []int) (target, Values) {
	names, values := chosenOf(s.of, chosen, func(c int) float64 { return s.grid[c] })
	return target{names, s.background}, values
}

type smallSearch struct{ searching }

func (s *smallSearch) try(p *picture, k int, e *edits) {
	plane := p.plane(k)
	if plane == nil {
		return
	}
	const connectivity = 8
	labels, n := components(plane, p.h, p.w, connectivity)
	sizes, gone, first := areas(labels, n), make([]bool, n+1), make([]int, n+1)
	for i := 1; i <= n; i++ {
		first[i] = slices.IndexFunc(s.grid, func(limit float64) bool { return float64(sizes[i]) < p.area(limit) })
		gone[i] = first[i] >= 0
	}
	var heirs []int
	if p.planes == nil && s.back < 0 {
		heirs = p.heirs(k, labels, gone, connectivity)
	}
	for i, n := range labels {
		switch {
		case !gone[n]:
		case heirs != nil:
			e.move(first[n], i, k, heirs[n])
		default:
			e.drop(first[n], i, k, s.back)
		}
	}
	e.accumulate()
}

func (s *smallSearch) step(chosen []int) Step {
	t, v := s.chosen(chosen)
	return &RemoveSmallObjects{t, v, 8}
}

type largestSearch struct{ searching }

func (s *largestSearch) try(p *picture, k int, e *edits) {
	next := p.clone()
	op := &largest{[]int{k}, s.back, 8}
	_ = op.apply(next) // never fails
	e.difference(0, k, next)
}

func (s *largestSearch) step(chosen []int) Step {
	t, _ := s.chosen(chosen)
	return &LargestComponent{t, 8}
}

// difference counts what a class lost and won in another version of the picture.
func (e *edits) difference(candidate, k int, next *picture) {
	if e.p.planes == nil {
		for i, to := range next.labels {
			if from := e.p.labels[i]; from != to {
				e.move(candidate, i, int(from), int(to))
			}
		}
		return
	}
	for i, to := range next.planes[k] {
		switch from := e.p.planes[k][i]; {
		case from < to:
			e.move(candidate, i, -1, k)
		case from > to:
			e.move(candidate, i, k, -1)
		}
	}
}

type holeSearch struct{ searching } // the last of the grid is 0, any area

func (s *holeSearch) try(p *picture, k int, e *edits) {
	labels, sizes := p.holes(k, 4)
	for i, n := range labels {
		if n == 0 || sizes[n] == 0 {
			continue
		}
		first := slices.IndexFunc(s.grid, func(limit float64) bool { return limit == 0 || float64(sizes[n]) <= p.area(limit) })
		e.add(first, i, k)
	}
	e.accumulate()
}

func (s *holeSearch) step(chosen []int) Step {
	t, v := s.chosen(chosen)
	return &FillHoles{t.Classes, v, 4}
}

type morphSearch struct {
	searching
	closing bool
}

func (s *morphSearch) try(p *picture, k int, e *edits) {
	before := p.plane(k)
	if before == nil {
		return
	}
	change := open
	if s.closing {
		change = closed
	}
	for c, radius := range s.grid {
		for i, v := range change(before, p.h, p.w, element("disk", int(radius))) {
			switch {
			case v > before[i]:
				e.add(c, i, k)
			case v < before[i]:
				e.drop(c, i, k, s.back)
			}
		}
	}
}

func (s *morphSearch) step(chosen []int) Step {
	t, v := s.chosen(chosen)
	m := Morphology{t, "disk", v}
	if s.closing {
		return &Closing{m}
	}
	return &Opening{m}
}

type thresholdSearch struct{ searching }

func (s *thresholdSearch) order() []int { return mildFirst(len(s.grid)) }

func (s *thresholdSearch) try(p *picture, k int, e *edits) {
	for i := range p.h * p.w {
		v := p.p[i*p.c+k]
		for c := 0; c < len(s.grid) && v >= float32(s.grid[c]); c++ {
			e.limit(c, i, k, s.back, true)
		}
		for c := len(s.grid) - 1; c >= 0 && v < float32(s.grid[c]); c-- {
			e.limit(c, i, k, s.back, false)
		}
	}
}

// limit counts a pixel that a class has from now on or has not, where it was the background's or the class's.
func (e *edits) limit(candidate, i, k, background int, there bool) {
	has, free := false, true
	if e.p.planes != nil {
		has = e.p.planes[k][i] == 1
	} else {
		has, free = int(e.p.labels[i]) == k, int(e.p.labels[i]) == background
	}
	switch {
	case there && !has && free:
		e.add(candidate, i, k)
	case has && !there:
		e.drop(candidate, i, k, background)
	}
}

func (s *thresholdSearch) step(chosen []int) Step {
	t, v := s.chosen(chosen)
	return &Threshold{t, v}
}
