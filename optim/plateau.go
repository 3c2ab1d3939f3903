package optim

import "math"

// PlateauOptions are the settings of a Plateau; DefaultPlateau has PyTorch's.
type PlateauOptions struct {
	Max       bool    // larger measurements are better
	Factor    float64 // of the rate at a reduction
	Patience  int     // measurements without progress that are borne
	Threshold float64 // progress that counts
	Absolute  bool    // threshold is a difference instead of a part of the best
	Cooldown  int     // measurements after a reduction that are not judged
	Min       float64 // lowest rate
	Eps       float64 // a smaller reduction is not made
}

// DefaultPlateau waits for a lower measurement with factor 0.1, patience 10, threshold 1e-4 of the best, ε 1e-8.
var DefaultPlateau = PlateauOptions{Factor: 0.1, Patience: 10, Threshold: 1e-4, Eps: 1e-8}

// PlateauState is what a Plateau remembers. It belongs into snapshots.
type PlateauState struct {
	Rate     float64 `json:"rate"`
	Best     float64 `json:"best"`
	Measured bool    `json:"measured"` // there is a best
	Bad      int     `json:"bad"`      // measurements since
	Cooldown int     `json:"cooldown"` // measurements that will not be judged
}

// A Plateau reduces the rate when a measurement, such as the validation loss, no longer gets better (PyTorch's
// ReduceLROnPlateau).
type Plateau struct {
	options PlateauOptions
	state   PlateauState
}

// NewPlateau returns a Plateau that begins at a rate.
func NewPlateau(rate float64, o PlateauOptions) *Plateau {
	return &Plateau{options: o, state: PlateauState{Rate: rate}}
}

// Rate is the Schedule of a Plateau: the present rate, whatever the step.
func (p *Plateau) Rate(int) float64 { return p.state.Rate }

// State returns what is to be remembered.
func (p *Plateau) State() PlateauState { return p.state }

// Restore goes on from a State.
func (p *Plateau) Restore(s PlateauState) { p.state = s }

// Observe takes a measurement. One that is not finite is no progress.
func (p *Plateau) Observe(measured float64) {
	s, o := &p.state, p.options
	if p.better(measured) {
		s.Best, s.Measured, s.Bad = measured, true, 0
	} else {
		s.Bad++
	}
	if s.Cooldown > 0 {
		s.Cooldown--
		s.Bad = 0
	}
	if s.Bad <= o.Patience {
		return
	}
	if lower := max(s.Rate*o.Factor, o.Min); s.Rate-lower > o.Eps {
		s.Rate = lower
	}
	s.Cooldown, s.Bad = o.Cooldown, 0
}

// better tells whether a measurement is progress. The first finite one is.
func (p *Plateau) better(measured float64) bool {
	s, o := p.state, p.options
	margin := o.Threshold
	switch {
	case math.IsNaN(measured) || math.IsInf(measured, 0):
		return false
	case !s.Measured:
		return true
	case o.Absolute && o.Max:
		return measured > s.Best+margin
	case o.Absolute:
		return measured < s.Best-margin
	case o.Max:
		return measured > s.Best*(1+margin)
	}
	return measured < s.Best*(1-margin)
}
