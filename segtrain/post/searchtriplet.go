package post

// tripletSearch tries all combinations of top thresholds, areas and bottom thresholds.
type tripletSearch struct {
	searching
	areas, lows []float64
}

func (s *tripletSearch) candidates() int { return len(tops) * len(s.areas) * len(s.lows) }

func (s *tripletSearch) order() []int { return upTo(s.candidates()) }

// triplet returns the settings that a candidate is.
func (s *tripletSearch) triplet(candidate int) (top, area, low float64) {
	n := len(s.lows)
	return tops[candidate/n/len(s.areas)], s.areas[candidate/n%len(s.areas)], s.lows[candidate%n]
}

// try computes what each bottom threshold does and what closing the gate does once, since all candidates are one of these.
func (s *tripletSearch) try(p *picture, k int, e *edits) {
	outcomes := &edits{e.p, e.truth, e.ignore, table(len(s.lows)+1, p.c)}
	shut := len(s.lows)
	for i := range p.h * p.w {
		v := p.p[i*p.c+k]
		for c, low := range s.lows {
			if low > 0 {
				outcomes.limit(c, i, k, s.back, v >= float32(low))
			}
		}
		outcomes.limit(shut, i, k, s.back, false)
	}
	above := make([]int, len(tops))
	for i := k; i < len(p.p); i += p.c {
		for t, top := range tops {
			if p.p[i] >= float32(top) {
				above[t]++
			}
		}
	}
	for c := range e.rows {
		_, area, _ := s.triplet(c)
		if t := c / len(s.lows) / len(s.areas); float64(above[t]) < p.area(area) {
			e.rows[c].add(outcomes.rows[shut])
			continue
		}
		e.rows[c].add(outcomes.rows[c%len(s.lows)])
	}
}

func (s *tripletSearch) step(chosen []int) Step {
	value := func(which int) func(int) float64 {
		return func(c int) float64 {
			top, area, low := s.triplet(c)
			return [3]float64{top, area, low}[which]
		}
	}
	names, top := chosenOf(s.of, chosen, value(0))
	_, area := chosenOf(s.of, chosen, value(1))
	_, low := chosenOf(s.of, chosen, value(2))
	return &Triplet{target{names, s.background}, top, area, low}
}
