// Package plan chooses how to predict within a time: which models, how many views of each picture, whole or in tiles.
//
// What a plan takes is a sum: each model reads, resizes and writes each picture once, and computes it as often as there are
// views. Speeds are measured elsewhere and come as numbers, and so do gains, where they are known. Choose makes all plans,
// keeps the best of each kind, and ranks them.
package plan

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// A Member is a trained model that a plan may use.
type Member struct {
	Name  string
	Score float64 // mean IoU on images that it did not train on; NaN: not known
	Cost  Cost
	Area  int // pixels of the network's size, which tiles are reckoned by
}

// Cost is what a model takes for one picture, in seconds.
type Cost struct {
	Forward float64 `json:"forward_seconds"` // a forward pass of the picture at the network's size
	Around  float64 `json:"around_seconds"`  // everything else: decode, resize, bring back, write
}

// A Way is how often, and in what pieces, a picture is computed.
type Way struct {
	Views  string  // as segtrain predict --tta has them; empty: the picture alone
	Tile   string  // as segtrain predict --tile has it; empty: pictures whole, at the network's size
	Passes float64 // forward passes of a picture, or of each of its tiles
	Pixels int     // of all tiles of a picture; 0: whole
	Gain   float64 // in mean IoU over the picture alone; NaN: not known
}

// A Request is what has to be done, and with what.
type Request struct {
	Images  int
	Budget  time.Duration
	Reserve float64 // part of the budget that is left alone, 0 ≤ Reserve < 1: speeds vary
	Members []Member
	Ways    []Way

	// Together is what several members gain over the mean of their scores, by their number; those that are not in it are not
	// known.
	Together map[int]float64
}

// A Plan is one way to do it.
type Plan struct {
	Members  []int         // of the request, ascending
	Way      int           // of the request
	Seconds  float64       // an image
	Total    time.Duration // all images
	Fits     bool
	Expected float64 // mean IoU: members' mean and gains added up; NaN where one of them is not known
	Passes   float64 // of the network's size an image, all members together
	score    float64 // mean of the members' scores; NaN where one is not known
}

// allSubsets is the number of members up to which all subsets of them are tried. Of more, the best few are.
const allSubsets = 8

// Choose returns a plan for each number of members and way, the best of its kind, in order: first those that fit, the best first,
// then the others, the shortest first. Plans are ranked by what they can be expected to score where that is known of all that
// fit. Else more members are better than fewer, then whole pictures than tiles, then members with better scores, then more views
// than fewer, then less time.
//
// Errors: no members, ways or images, and numbers out of range.
func Choose(r Request) ([]Plan, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	var list []Plan
	for way := range r.Ways {
		best := map[int]Plan{} // by the number of members
		for _, members := range r.subsets() {
			p := r.plan(members, way)
			if old, ok := best[len(members)]; !ok || p.betterOfKind(old) {
				best[len(members)] = p
			}
		}
		for n := range len(r.Members) {
			if p, ok := best[n+1]; ok {
				list = append(list, p)
			}
		}
	}
	known := !slices.ContainsFunc(list, func(p Plan) bool { return p.Fits && math.IsNaN(p.Expected) })
	slices.SortStableFunc(list, func(a, b Plan) int { return r.compare(a, b, known) })
	return list, nil
}

func (r *Request) check() error {
	switch {
	case len(r.Members) == 0:
		return errors.New("plan: no models")
	case len(r.Ways) == 0:
		return errors.New("plan: no way to predict")
	case r.Images < 1:
		return fmt.Errorf("plan: %d images; allowed: 1 or more", r.Images)
	case r.Budget <= 0:
		return fmt.Errorf("plan: a budget of %v; allowed: more than none", r.Budget)
	case !(r.Reserve >= 0 && r.Reserve < 1):
		return fmt.Errorf("plan: a reserve of %v of the budget; allowed: 0 or more and below 1", r.Reserve)
	}
	for _, m := range r.Members {
		if c := m.Cost; !(c.Forward > 0) || !(c.Around >= 0) || math.IsInf(c.Forward+c.Around, 0) {
			return fmt.Errorf("plan: %s takes %v s and %v s around it; allowed: above 0, and 0 or more", m.Name, c.Forward, c.Around)
		}
	}
	for _, w := range r.Ways {
		if !(w.Passes > 0) || math.IsInf(w.Passes, 0) {
			return fmt.Errorf("plan: %v forward passes a picture; allowed: above 0", w.Passes)
		}
		if i := slices.IndexFunc(r.Members, func(m Member) bool { return m.Area < 1 }); w.Pixels > 0 && i >= 0 {
			return fmt.Errorf("plan: tiles for %s, whose network's size is not known", r.Members[i].Name)
		}
	}
	return nil
}

// subsets returns sets of members, ascending within a set: all of them, or where there are many the best, the best two, and so on.
func (r *Request) subsets() [][]int {
	n := len(r.Members)
	var list [][]int
	if n <= allSubsets {
		for bits := 1; bits < 1<<n; bits++ {
			var set []int
			for i := range n {
				if bits>>i&1 == 1 {
					set = append(set, i)
				}
			}
			list = append(list, set)
		}
		return list
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return descending(r.Members[a].Score, r.Members[b].Score) })
	for k := range n {
		list = append(list, slices.Sorted(slices.Values(order[:k+1])))
	}
	return list
}

// plan works out what members and a way come to.
func (r *Request) plan(members []int, way int) Plan {
	w := r.Ways[way]
	p := Plan{Members: members, Way: way}
	for _, i := range members {
		m, passes := r.Members[i], w.Passes
		if w.Pixels > 0 {
			passes *= float64(w.Pixels) / float64(m.Area)
		}
		p.Seconds += m.Cost.Around + float64(passes*m.Cost.Forward)
		p.Passes += passes
		p.score += m.Score / float64(len(members))
	}
	total := p.Seconds * float64(r.Images)
	p.Total = time.Duration(min(total*float64(time.Second), math.MaxInt64/2))
	p.Fits = total <= r.Budget.Seconds()*(1-r.Reserve)
	p.Expected = p.score + w.Gain
	if n := len(members); n > 1 {
		gain, ok := r.Together[n]
		if !ok {
			gain = math.NaN()
		}
		p.Expected += gain
	}
	return p
}

// betterOfKind compares plans of as many members in the same way: fits first, then a better mean score, then less time. Of
// those that do not fit the shortest is best.
func (p Plan) betterOfKind(q Plan) bool {
	switch {
	case p.Fits != q.Fits:
		return p.Fits
	case !p.Fits:
		return p.Seconds < q.Seconds
	}
	return cmp.Or(descending(p.score, q.score), cmp.Compare(p.Seconds, q.Seconds)) < 0
}

// compare orders plans.
func (r *Request) compare(a, b Plan, known bool) int {
	switch {
	case a.Fits != b.Fits:
		return map[bool]int{true: -1, false: 1}[a.Fits]
	case !a.Fits:
		return cmp.Compare(a.Seconds, b.Seconds)
	case known:
		return cmp.Or(descending(a.Expected, b.Expected), cmp.Compare(a.Seconds, b.Seconds))
	}
	v, w := r.Ways[a.Way], r.Ways[b.Way]
	if whole := v.Tile == ""; len(a.Members) == len(b.Members) && whole != (w.Tile == "") {
		return map[bool]int{true: -1, false: 1}[whole]
	}
	return cmp.Or(cmp.Compare(len(b.Members), len(a.Members)), descending(a.score, b.score), cmp.Compare(w.Passes, v.Passes),
		cmp.Compare(a.Seconds, b.Seconds))
}

// descending orders numbers, the largest first and NaN last.
func descending(a, b float64) int {
	switch {
	case math.IsNaN(a) && math.IsNaN(b):
		return 0
	case math.IsNaN(a):
		return 1
	case math.IsNaN(b):
		return -1
	}
	return cmp.Compare(b, a)
}
