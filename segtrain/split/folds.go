package split

import (
	"fmt"
	"math"
	"slices"
)

// A unit is what a split may not part: an image, or a group of them.
type unit struct {
	records []int // in the sorted table
	amounts []float64
}

func (u unit) images() int { return len(u.records) }

// units gathers sorted records, in the order of their names, with what they have of each feature.
func (o Options) units(records []Record) ([]unit, error) {
	byGroup := o.Kind == Group || o.Kind == StratifiedGroup || o.holdsOut()
	at := map[string][]int{}
	var names []string
	for i, r := range records {
		name := "id/" + r.ID
		if byGroup && r.Group != "" {
			name = "group/" + r.Group
		}
		if at[name] == nil {
			names = append(names, name)
		}
		at[name] = append(at[name], i)
	}
	what := "images"
	if o.Kind == Group || o.Kind == StratifiedGroup {
		what = "groups"
	}
	if o.holdsOut() && len(names) < 2 {
		return nil, fmt.Errorf("cannot hold out a part of %d images in %d group(s): at least two are needed",
			len(records), len(names))
	}
	if !o.holdsOut() && len(names) < o.K {
		return nil, fmt.Errorf("split: k is %d, but there are only %d %s", o.K, len(names), what)
	}
	slices.Sort(names)
	units := make([]unit, len(names))
	for i, name := range names {
		units[i].records = at[name]
	}
	if o.Stratifies() {
		o.measure(units, records)
	}
	return units, nil
}

// assign returns the fold of each unit in a repeat.
func (o Options) assign(units []unit, repeat int) []int {
	keys := []uint64{o.Seed}
	if repeat > 0 {
		keys = append(keys, uint64(repeat))
	}
	switch o.Kind {
	case HoldOut:
		return holdOut(units, o.Fraction, keys)
	case KFold:
		folds := make([]int, len(units))
		for i, u := range keyed(keyFolds, keys).Perm(len(units)) {
			folds[u] = i % o.K
		}
		return folds
	case Group:
		return groupFolds(units, o.K, keys)
	}
	weights := o.weights(len(units[0].amounts))
	if o.Kind == StratifiedHoldOut {
		folds := stratify(units, []float64{o.Fraction, 1 - o.Fraction}, weights, keys)
		for i, f := range folds {
			if f == 1 {
				folds[i] = NoFold
			}
		}
		return folds
	}
	targets := make([]float64, o.K)
	for f := range targets {
		targets[f] = 1 / float64(o.K)
	}
	return stratify(units, targets, weights, keys)
}

// holdOut takes units in random order into fold 0, each if it brings the number of images closer to what is wanted;
// at least one unit, and never all of them.
func holdOut(units []unit, fraction float64, keys []uint64) []int {
	total := 0
	for _, u := range units {
		total += u.images()
	}
	want := int(math.Round(fraction * float64(total)))
	folds := make([]int, len(units))
	for i := range folds {
		folds[i] = NoFold
	}
	held, count := 0, 0
	order := keyed(keyHoldOut, keys).Perm(len(units))
	for _, i := range order {
		n := units[i].images()
		if held < len(units)-1 && abs(count+n-want) < abs(count-want) {
			folds[i] = 0
			held++
			count += n
		}
	}
	if held == 0 {
		folds[slices.MinFunc(order, func(a, b int) int { return units[a].images() - units[b].images() })] = 0
	}
	return folds
}

// groupFolds gives the largest group that is left to the fold with the fewest images, as scikit-learn's GroupKFold;
// equal groups come in random order.
func groupFolds(units []unit, k int, keys []uint64) []int {
	order := keyed(keyFolds, keys).Perm(len(units))
	slices.SortStableFunc(order, func(a, b int) int { return units[b].images() - units[a].images() })
	folds, sizes := make([]int, len(units)), make([]int, k)
	for _, i := range order {
		f := slices.Index(sizes, slices.Min(sizes))
		folds[i] = f
		sizes[f] += units[i].images()
	}
	return folds
}

func abs(n int) int { return max(n, -n) }
