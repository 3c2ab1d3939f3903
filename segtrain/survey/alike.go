package survey

import (
	"bytes"
	"cmp"
	"slices"

	"tessera/internal/parallel"
)

// Cluster is a set of images that look the same, each like another one of them.
type Cluster struct {
	Exact  bool    `json:"exact"` // they have the same pixels
	Images []Place `json:"images"`
}

// Leak is a pair of images that look the same although they are parted.
type Leak struct {
	Between  string `json:"between"` // such as "training and validation", "groups", "folds"
	A        Place  `json:"a"`
	B        Place  `json:"b"`
	Distance int    `json:"distance"` // bits of 128 that differ
	Exact    bool   `json:"exact"`
}

// compare finds images that are alike. Images with equal pixels are compared with others once.
func (s *Survey) compare() {
	same := map[[32]byte][]int{} // looks by digest
	var firsts []int             // one of each digest
	for i := range s.looks {
		l := &s.looks[i]
		if !l.read {
			continue
		}
		if len(same[l.digest]) == 0 {
			firsts = append(firsts, i)
		}
		same[l.digest] = append(same[l.digest], i)
	}
	near := make([][]int, len(firsts)) // places in firsts, after their own
	parallel.For(len(firsts), func(a, _ int) {
		for b := a + 1; b < len(firsts); b++ {
			if s.looks[firsts[a]].print.alike(&s.looks[firsts[b]].print) {
				near[a] = append(near[a], b)
			}
		}
	})
	sets := newSets(len(firsts))
	for a, list := range near {
		for i, p := range same[s.looks[firsts[a]].digest] {
			for _, q := range same[s.looks[firsts[a]].digest][i+1:] {
				s.leak(p, q)
			}
		}
		for _, b := range list {
			sets.join(a, b)
			for _, p := range same[s.looks[firsts[a]].digest] {
				for _, q := range same[s.looks[firsts[b]].digest] {
					s.leak(p, q)
				}
			}
		}
	}
	s.cluster(firsts, same, sets)
	slices.SortStableFunc(s.Leaks, func(a, b Leak) int {
		return cmp.Or(cmp.Compare(a.Between, b.Between), cmp.Compare(a.Distance, b.Distance))
	})
}

// leak notes two images that are alike if they are parted in some way.
func (s *Survey) leak(p, q int) {
	a, b := &s.looks[p], &s.looks[q]
	between := ""
	switch {
	case a.part != b.part:
		between = s.opt.Parts[min(a.part, b.part)].Name + " and " + s.opt.Parts[max(a.part, b.part)].Name
	case a.record.Group != "" && b.record.Group != "" && a.record.Group != b.record.Group:
		between = "groups"
	case a.record.Fold >= 0 && b.record.Fold >= 0 && a.record.Fold != b.record.Fold:
		between = "folds"
	default:
		return
	}
	if a.part > b.part {
		a, b = b, a
	}
	s.Leaks = append(s.Leaks, Leak{between, a.place(), b.place(), a.print.distance(&b.print),
		bytes.Equal(a.digest[:], b.digest[:])})
}

// cluster gathers what was joined, the largest sets first.
func (s *Survey) cluster(firsts []int, same map[[32]byte][]int, sets sets) {
	members := make([][]int, len(firsts))
	distinct := make([]int, len(firsts))
	for a, i := range firsts {
		root := sets.root(a)
		members[root] = append(members[root], same[s.looks[i].digest]...)
		distinct[root]++
	}
	for root, list := range members {
		if len(list) < 2 {
			continue
		}
		slices.Sort(list)
		c := Cluster{Exact: distinct[root] == 1}
		for _, i := range list {
			c.Images = append(c.Images, s.looks[i].place())
		}
		s.Alike = append(s.Alike, c)
	}
	slices.SortStableFunc(s.Alike, func(a, b Cluster) int { return cmp.Compare(len(b.Images), len(a.Images)) })
}

// sets are disjoint sets of numbers, each a tree.
type sets []int

func newSets(n int) sets {
	s := make(sets, n)
	for i := range s {
		s[i] = i
	}
	return s
}

func (s sets) root(i int) int {
	for s[i] != i {
		s[i] = s[s[i]]
		i = s[i]
	}
	return i
}

// join makes the sets of two numbers one, whose root is the smaller root.
func (s sets) join(a, b int) {
	a, b = s.root(a), s.root(b)
	s[max(a, b)] = min(a, b)
}
