package ensemble

import (
	"math/bits"

	"tessera/segtrain/metric"
)

// A Set is some of at most 64 members, a bit each.
type Set uint64

// MaxMembers is how many a Set can hold.
const MaxMembers = 64

// Whole returns the set of all members.
func Whole(members int) Set { return ^Set(0) >> (64 - members) }

// Has tells whether a member is in the set.
func (s Set) Has(member int) bool { return s>>member&1 == 1 }

// Without returns the set without a member.
func (s Set) Without(member int) Set { return s &^ (1 << member) }

// Len returns the number of members.
func (s Set) Len() int { return bits.OnesCount64(uint64(s)) }

// Weights returns equal weights for the members of the set and 0 for the others.
func (s Set) Weights(members int) []float64 {
	w := make([]float64, members)
	for m := range w {
		if s.Has(m) {
			w[m] = 1 / float64(s.Len())
		}
	}
	return w
}

// Smaller returns the set and, if it has more than one member, all sets with one less: what gains are made of.
func (s Set) Smaller() []Set {
	list := []Set{s}
	for m := range MaxMembers {
		if s.Has(m) && s.Len() > 1 {
			list = append(list, s.Without(m))
		}
	}
	return list
}

// A Gain is how much better an ensemble with equal weights is with a member than without it.
type Gain struct {
	Member int
	Difference
}

// Gains returns the gain of each member of a set on some images. The function gives the counts of sets, those of Smaller.
func Gains(s Set, images []int, of func(Set) *metric.Stats) []Gain {
	if s.Len() < 2 {
		return nil
	}
	var list []Gain
	for m := range MaxMembers {
		if s.Has(m) {
			list = append(list, Gain{m, Compare(of(s), of(s.Without(m)), images)})
		}
	}
	return list
}

// Worst returns the member to drop: that of the smallest gain, if the gain is not above zero beyond noise; the last among
// equals, which are copies of each other. A member costs as much time as any other, so it is the one to show that it helps. Nobody is dropped
// from a set of one.
func Worst(gains []Gain) (member int, ok bool) {
	if len(gains) < 2 {
		return 0, false
	}
	worst := gains[0]
	for _, g := range gains[1:] {
		if g.Mean <= worst.Mean {
			worst = g
		}
	}
	return worst.Member, !worst.Clear()
}
