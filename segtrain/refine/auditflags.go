package refine

import (
	"fmt"

	"tessera/segtrain/raster"
)

// checkFlags is check of flags.
func (a *Auditor) checkFlags(p *raster.Float, labels []uint8) {
	if 2*p.C != a.opt.Classes || len(labels) != len(p.Pix) {
		panic(fmt.Sprintf("refine: probabilities %d×%d×%d and %d labels, for %d classes that do not exclude each other", p.H, p.W, p.C,
			len(labels), a.opt.Classes/2))
	}
	for i, v := range labels {
		if v > 1 && int(v) != a.opt.Ignore {
			panic(fmt.Sprintf("refine: label %d of class %d at pixel %d; there are 0 and 1", v, i%p.C, i/p.C))
		}
	}
}

// learnFlags is Learn of flags: the probability of what is not there is the rest.
func (a *Auditor) learnFlags(p *raster.Float, labels []uint8) {
	for i, v := range labels {
		if int(v) == a.opt.Ignore {
			continue
		}
		at, q := i%p.C*2+int(v), p.Pix[i]
		if v == 0 {
			q = 1 - q
		}
		a.sums[at] += float64(q)
		a.counts[at]++
	}
}

// contradictFlags returns what contradicts each class, in labels 2k and 2k+1, and none where a label does not count.
func (a *Auditor) contradictFlags(p *raster.Float, labels []uint8) []*Contradiction {
	list := make([]*Contradiction, p.C)
	for k := range list {
		one := &Auditor{opt: AuditOptions{Classes: 2, Ignore: none, Margin: a.opt.Margin}, thresholds: a.thresholds[2*k:][:2]}
		row, given := raster.NewFloat(p.H, p.W, 2), make([]uint8, p.H*p.W)
		for i := range given {
			q := p.Pix[i*p.C+k]
			row.Pix[2*i], row.Pix[2*i+1] = 1-q, q
			if given[i] = labels[i*p.C+k]; int(given[i]) == a.opt.Ignore {
				given[i] = none
			}
		}
		c := one.contradict(row, given)
		for _, pix := range [][]uint8{c.Given, c.Predicted, c.Suggested, c.confident} {
			for i, v := range pix {
				if v != none {
					pix[i] = v + uint8(2*k)
				}
			}
		}
		list[k] = c
	}
	return list
}
