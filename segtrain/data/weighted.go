package data

import "tessera/segtrain/augment"

// keyWeight is the purpose of the draws of weighted records.
const keyWeight = 0x7765696768740000

// nextRound is between the keys of the orders that fill an epoch of weighted records.
const nextRound = 1 << 20

// weighted tells whether any record is to be seen less often than others.
func (d *Dataset) weighted() bool {
	for _, r := range d.records[:d.own] {
		if r.Weight != 0 && r.Weight != 1 {
			return true
		}
	}
	return false
}

// weightedLap returns n places, as many as there are records, in which a record of weight w is w times as likely as one without: each
// order of all leaves it out with probability 1-w, and further orders fill the places that are left. Every draw has a key, so that a
// batch can be made again alone.
func (l *Loader) weightedLap(key, n int) []place {
	out := make([]place, 0, n)
	for ; ; key += nextRound {
		for _, index := range permutation(l.opt, key, n) {
			if !l.drawn(key, index) {
				continue
			}
			if out = append(out, place{index, key}); len(out) == n {
				return out
			}
		}
	}
}

// drawn tells whether an order takes a record.
func (l *Loader) drawn(key, index int) bool {
	w := l.ds.records[index].Weight
	return w == 0 || w == 1 || augment.NewRand(keyWeight, l.opt.Seed, uint64(key), uint64(index)).Float64() < w
}
