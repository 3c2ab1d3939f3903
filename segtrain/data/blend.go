package data

import (
	"errors"
	"fmt"
	"math"
	"sort"

	"tessera/segtrain/augment"
)

// keyPseudo is the purpose that random keys of the order of Options.Pseudo are drawn for.
const keyPseudo = 0x70736575646f6c01

// A Blend says how a Loader takes records with labels of models (Options.Pseudo) into batches. An epoch has as many steps as
// without, so that of the other records an epoch takes fewer; they go on where the epoch before left off, and all are taken
// equally often. The zero Blend takes none. Which sample is where is a function of the seed, the epoch and the step.
type Blend struct {
	Rate       float64 // part of the samples, from 0 to below 1; where it makes no whole number a batch, batches differ by one
	StartEpoch int     // the first epoch that has them, counted from 0
	ByWeight   bool    // drawn by Record.Weight, with replacement, instead of one after the other in random order
}

// in tells whether an epoch has records of Options.Pseudo.
func (b Blend) in(epoch int) bool { return b.Rate > 0 && epoch >= b.StartEpoch }

func (b Blend) check(ds *Dataset, opt LoaderOptions) error {
	if b.Rate == 0 {
		return nil
	}
	if !(b.Rate > 0 && b.Rate < 1) || b.StartEpoch < 0 {
		return fmt.Errorf("blend: rate must be from 0 to below 1, and the first epoch not negative: %+v", b)
	}
	if !opt.Shuffle || !opt.DropLast {
		return errors.New("blend: is for training, with Shuffle and DropLast")
	}
	if ds.Pseudo() == 0 {
		return errors.New("blend: the data set has no records of Options.Pseudo")
	}
	if b.ByWeight {
		for _, r := range ds.records[ds.own:] {
			if !(r.Weight > 0 && r.Weight <= math.MaxFloat32) {
				return fmt.Errorf("blend: sample %q has weight %v; allowed: above 0", r.ID, r.Weight)
			}
		}
	}
	return nil
}

// before returns how many records of Options.Pseudo the first samples of all blended epochs have.
func (b Blend) before(samples int) int { return int(math.Floor(float64(samples) * b.Rate)) }

// blended returns the places of an epoch, each batch's labels of models last.
func (l *Loader) blended(epoch int) []place {
	b, batch, n := l.opt.Blend, l.opt.Batch, l.ds.Len()
	own := &laps{n: n, order: func(lap int) []int { return permutation(l.opt, b.StartEpoch*l.laps()+lap, n) }}
	pseudo := l.pseudo()
	var places []place
	first := (epoch - b.StartEpoch) * l.steps
	for step := first; step < first+l.steps; step++ {
		from, to := b.before(step*batch), b.before((step+1)*batch)
		for i := step*batch - from; i < (step+1)*batch-to; i++ {
			p := own.at(i)
			places = append(places, place{p.index, b.StartEpoch*l.laps() + p.key})
		}
		for i := from; i < to; i++ {
			p := pseudo(i)
			places = append(places, place{n + p.index, p.key})
		}
	}
	return places
}

// pseudo returns the function that gives the i-th record of Options.Pseudo, counted from the first of the run.
func (l *Loader) pseudo() func(i int) place {
	n := l.ds.Pseudo()
	if !l.opt.Blend.ByWeight {
		order := func(lap int) []int { return augment.NewRand(keyPseudo, l.opt.Seed, uint64(lap)).Perm(n) }
		return (&laps{n: n, order: order}).at
	}
	sums, total := make([]float64, n), 0.0
	for i, r := range l.ds.records[l.ds.own:] {
		total += r.Weight
		sums[i] = total
	}
	return func(i int) place {
		at := augment.NewRand(keyPseudo, l.opt.Seed, uint64(i)).Float64() * total
		return place{min(sort.Search(n, func(k int) bool { return sums[k] > at }), n-1), i}
	}
}

// laps goes through n records again and again, each time in another order.
type laps struct {
	n     int
	order func(lap int) []int
	lap   int
	now   []int // the order of lap
}

// at returns the record at a position, and its lap as key.
func (l *laps) at(i int) place {
	lap := i / l.n
	if l.now == nil || l.lap != lap {
		l.lap, l.now = lap, l.order(lap)
	}
	return place{l.now[i%l.n], lap}
}
