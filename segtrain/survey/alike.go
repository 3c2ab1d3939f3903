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
	Turned   bool   `json:"turned"` // they look the same when one of them is mirrored or turned by quarters
}

// compare finds images that are alike and parts that share some.
func (s *Survey) compare() {
	firsts, same := s.distinct()
	near := s.near(firsts)
	sets := newSets(len(firsts))
	for a, list := range near {
		for _, b := range list {
			sets.join(a, b)
		}
	}
	s.eachPair(firsts, same, near, s.leak)
	s.cluster(firsts, same, sets)
	slices.SortStableFunc(s.Leaks, func(a, b Leak) int {
		return cmp.Or(cmp.Compare(a.Between, b.Between), cmp.Compare(a.Distance, b.Distance))
	})
}

// distinct returns one look of each digest, and all looks by digest: images with equal pixels are compared with others once.
func (s *Survey) distinct() (firsts []int, same map[[32]byte][]int) {
	same = map[[32]byte][]int{}
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
	return firsts, same
}

// near returns for each of some looks those after it that are alike, as places in the list.
func (s *Survey) near(firsts []int) [][]int {
	near := make([][]int, len(firsts))
	parallel.For(len(firsts), func(a, _ int) {
		turns := s.looks[firsts[a]].print.turns()
		for b := a + 1; b < len(firsts); b++ {
			if _, _, ok := turns.alike(&s.looks[firsts[b]].print); ok {
				near[a] = append(near[a], b)
			}
		}
	})
	return near
}

// eachPair calls do for every two looks that are alike.
func (s *Survey) eachPair(firsts []int, same map[[32]byte][]int, near [][]int, do func(p, q int)) {
	for a, list := range near {
		equal := same[s.looks[firsts[a]].digest]
		for i, p := range equal {
			for _, q := range equal[i+1:] {
				do(p, q)
			}
		}
		for _, b := range list {
			for _, p := range equal {
				for _, q := range same[s.looks[firsts[b]].digest] {
					do(p, q)
				}
			}
		}
	}
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
	s.Leaks = append(s.Leaks, newLeak(between, a, b))
}

// newLeak says how two images that are alike are so.
func newLeak(between string, a, b *look) Leak {
	l := Leak{Between: between, A: a.place(), B: b.place(), Exact: bytes.Equal(a.digest[:], b.digest[:])}
	if !l.Exact { // flat pictures have equal pixels or are not alike
		l.Distance, l.Turned, _ = a.print.turns().alike(&b.print)
	}
	return l
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
