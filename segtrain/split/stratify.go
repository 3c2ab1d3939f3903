package split

import (
	"maps"
	"slices"
)

// measure gives every unit its part of each feature: of all images first, then of what the split is made by. A feature
// that no record has is left out. The parts of all units add up to 1.
func (o Options) measure(units []unit, records []Record) {
	features := o.features(records)
	totals := make([]float64, len(features[0]))
	for _, f := range features {
		for j, x := range f {
			totals[j] += x
		}
	}
	for i := range units {
		sum := make([]float64, len(totals))
		for _, r := range units[i].records {
			for j, x := range features[r] {
				sum[j] += x
			}
		}
		for j, x := range sum {
			if totals[j] > 0 {
				units[i].amounts = append(units[i].amounts, x/totals[j])
			}
		}
	}
}

// features returns what each record has: an image; then whether it has each class, and the class's part of its
// pixels, or which of the labels it has.
func (o Options) features(records []Record) [][]float64 {
	list := make([][]float64, len(records))
	if o.By == Classes {
		for i, r := range records {
			list[i] = []float64{1}
			for _, n := range r.Pixels {
				list[i] = append(list[i], float64(min(n, 1)))
			}
			for _, n := range r.Pixels {
				list[i] = append(list[i], float64(n))
			}
		}
		return list
	}
	index := map[string]int{}
	for _, r := range records {
		index[o.label(r)] = 0
	}
	for i, label := range slices.Sorted(maps.Keys(index)) {
		index[label] = i
	}
	for i, r := range records {
		list[i] = make([]float64, 1+len(index))
		list[i][0], list[i][1+index[o.label(r)]] = 1, 1
	}
	return list
}

// label is what a record counts as where there is one label for the whole image.
func (o Options) label(r Record) string {
	if o.By == Label {
		return r.Label
	}
	for class, n := range r.Pixels {
		if class > 0 && n > 0 {
			return "something"
		}
	}
	return "empty"
}

// A stratifier has folds that are filled.
type stratifier struct {
	units   []unit
	targets []float64 // the part of everything that each fold should have
	weights []float64 // of the features
	folds   []int     // of each unit, -1 until it is assigned
	count   []int     // units in each fold
	room    []int     // units that each fold still takes; nil where units are groups
	over    [][]float64
}

// stratify returns folds that have their part of every feature as nearly as can be. It begins with iterative
// stratification (Sechidis, Tsoumakas, Vlahavas: "On the stratification of multi-label data", ECML PKDD 2011) and then
// moves and swaps units as long as that brings the parts closer to the targets.
func stratify(units []unit, targets, weights []float64, keys []uint64) []int {
	s := &stratifier{
		units: units, targets: targets, weights: weights, folds: make([]int, len(units)), count: make([]int, len(targets)),
		over: make([][]float64, len(targets)),
	}
	for i := range s.folds {
		s.folds[i] = -1
	}
	for f, t := range targets {
		s.over[f] = make([]float64, len(units[0].amounts))
		for j := range s.over[f] {
			s.over[f][j] = -t
		}
	}
	if !slices.ContainsFunc(units, func(u unit) bool { return u.images() > 1 }) {
		s.reserve(keys)
	}
	s.fill(keys)
	s.leaveNoneEmpty()
	s.improve(keys)
	return s.folds
}

// reserve gives every fold its number of single images: sizes differ by one at most where targets are equal.
func (s *stratifier) reserve(keys []uint64) {
	n, left := len(s.units), len(s.units)
	s.room = make([]int, len(s.targets))
	for f, t := range s.targets {
		s.room[f] = int(float64(t*float64(n)) + 1e-9)
		left -= s.room[f]
	}
	if len(s.targets) == 2 && s.targets[0] != s.targets[1] { // a hold-out: the nearest number, and none empty
		s.room[0] = min(max(int(float64(s.targets[0]*float64(n))+0.5), 1), n-1)
		s.room[1] = n - s.room[0]
		return
	}
	for _, f := range keyed(keyFolds, keys).Perm(len(s.targets))[:left] {
		s.room[f]++
	}
}

// fill assigns all units. The feature that is left in the fewest units comes first, because there is the least choice
// for it; a unit goes to the fold that misses most of this feature, then of images, then to one drawn by chance.
func (s *stratifier) fill(keys []uint64) {
	order := keyed(keyOrder, keys).Perm(len(s.units))
	rank := keyed(keyFolds, append(slices.Clone(keys), 1)).Perm(len(s.targets))
	for range s.units {
		j := s.rarest()
		if j < 0 {
			return
		}
		var with []int
		for _, u := range order {
			if s.folds[u] < 0 && s.units[u].amounts[j] > 0 {
				with = append(with, u)
			}
		}
		slices.SortStableFunc(with, func(a, b int) int { return s.units[b].images() - s.units[a].images() })
		for _, u := range with {
			s.put(u, s.neediest(j, rank))
		}
	}
}

// rarest returns the feature that the fewest units left have, the first of equals, or -1 when no unit is left.
func (s *stratifier) rarest() int {
	counts := make([]int, len(s.units[0].amounts))
	for i, u := range s.units {
		if s.folds[i] >= 0 {
			continue
		}
		for j, x := range u.amounts {
			if x > 0 {
				counts[j]++
			}
		}
	}
	best := -1
	for j, n := range counts {
		if n > 0 && (best < 0 || n < counts[best]) {
			best = j
		}
	}
	return best
}

// neediest returns the fold with room that misses most of feature j.
func (s *stratifier) neediest(j int, rank []int) int {
	best := -1
	for f := range s.targets {
		if s.room != nil && s.room[f] == 0 {
			continue
		}
		if best < 0 || s.before(f, best, j, rank) {
			best = f
		}
	}
	return best
}

func (s *stratifier) before(a, b, j int, rank []int) bool {
	const images, close = 0, 1e-12
	for _, j := range []int{j, images} {
		if d := s.over[a][j] - s.over[b][j]; d < -close || d > close {
			return d < 0
		}
	}
	return rank[a] < rank[b]
}

func (s *stratifier) put(u, f int) {
	s.folds[u] = f
	s.count[f]++
	if s.room != nil {
		s.room[f]--
	}
	for j, x := range s.units[u].amounts {
		s.over[f][j] += x
	}
}

// move takes a unit out of its fold into another.
func (s *stratifier) move(u, to int) {
	from := s.folds[u]
	s.count[from]--
	for j, x := range s.units[u].amounts {
		s.over[from][j] -= x
	}
	s.folds[u] = to
	s.count[to]++
	for j, x := range s.units[u].amounts {
		s.over[to][j] += x
	}
}

// leaveNoneEmpty takes the smallest group out of the fold that has the most groups, for each fold without any.
func (s *stratifier) leaveNoneEmpty() {
	for f := range s.count {
		if s.count[f] > 0 {
			continue
		}
		from, smallest := slices.Index(s.count, slices.Max(s.count)), -1
		for u, at := range s.folds {
			if at == from && (smallest < 0 || s.units[u].images() < s.units[smallest].images()) {
				smallest = u
			}
		}
		s.move(smallest, f)
	}
}

// Tries of improve: for each unit, at least and at most.
const (
	triesEach           = 1000
	triesMin, triesMost = 100_000, 4_000_000
)

// Weights of what is made alike, beside 1 for pixels and labels.
const (
	imagesWeight = 4 // the number of images in a fold
	withWeight   = 3 // images that have a class: a few large things must not outweigh where a class is at all
)

// weights returns one for each of n features.
func (o Options) weights(n int) []float64 {
	w := make([]float64, n)
	for j := range w {
		w[j] = 1
		if o.By == Classes && j <= n/2 {
			w[j] = withWeight
		}
	}
	w[0] = imagesWeight
	return w
}

// improve swaps and, where units are groups, moves units drawn by chance whenever that lowers the sum over folds and
// features of weight · (part − target)² / target.
func (s *stratifier) improve(keys []uint64) {
	rng, n := keyed(keySwaps, keys), len(s.units)
	x := make([]float64, len(s.units[0].amounts))
	for try := range min(max(triesEach*n, triesMin), triesMost) {
		u := rng.IntN(n)
		from := s.folds[u]
		if s.room == nil && try%2 == 0 {
			to := rng.IntN(len(s.targets))
			if to != from && s.count[from] > 1 && s.gain(s.units[u].amounts, from, to) {
				s.move(u, to)
			}
			continue
		}
		v := rng.IntN(n)
		to := s.folds[v]
		if to == from {
			continue
		}
		for j := range x {
			x[j] = s.units[u].amounts[j] - s.units[v].amounts[j]
		}
		if s.gain(x, from, to) {
			s.move(u, to)
			s.move(v, from)
		}
	}
}

// gain tells whether taking x out of a fold into another lowers the sum.
func (s *stratifier) gain(x []float64, from, to int) bool {
	a, b := s.over[from], s.over[to]
	ta, tb := 1/s.targets[from], 1/s.targets[to]
	change := 0.0
	for j, v := range x {
		d := float64(v * float64(float64((v-a[j]-a[j])*ta)+float64((v+b[j]+b[j])*tb)))
		change += float64(d * s.weights[j])
	}
	return change < -1e-12
}
