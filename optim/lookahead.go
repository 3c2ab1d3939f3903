package optim

import (
	"fmt"

	"tessera/autograd"
	"tessera/internal/parallel"
	"tessera/kernels"
)

// LookaheadOptions are Lookahead's settings; DefaultLookahead has the usual.
type LookaheadOptions struct {
	K     int     // steps between the moves of the slow weights
	Alpha float64 // part of the way that they move
}

// DefaultLookahead is k 6 and α 0.5.
var DefaultLookahead = LookaheadOptions{K: 6, Alpha: 0.5}

// Lookahead lets another optimizer take k steps, then goes a part of the way from where those began and goes on from
// there (Zhang et al., "Lookahead Optimizer: k steps forward, 1 step back", NeurIPS 2019). The moments of the other
// optimizer stay as they are.
type Lookahead struct {
	inner   Optimizer
	params  []*autograd.Param
	options LookaheadOptions
	steps   *int64 // of the inner optimizer
	slow    [][]float32
	spans   []span
	keep    func(i, worker int)
	move    func(i, worker int)
}

// NewLookahead returns a Lookahead around an optimizer of the same parameters. It panics if k is below 1 or α not in
// (0, 1].
func NewLookahead(inner Optimizer, params []*autograd.Param, o LookaheadOptions) *Lookahead {
	if o.K < 1 || !(o.Alpha > 0 && o.Alpha <= 1) {
		panic(fmt.Sprintf("optim: Lookahead with k %d and alpha %v", o.K, o.Alpha))
	}
	b := newBase(params)
	l := &Lookahead{inner: inner, params: params, options: o, steps: inner.State().Steps, slow: b.moments(), spans: b.spans}
	l.keep = func(i, _ int) {
		s := l.spans[i]
		copy(s.of(l.slow), l.params[s.param].Value.Data[s.begin:s.end])
	}
	l.move = func(i, _ int) {
		s := l.spans[i]
		slow, fast := s.of(l.slow), l.params[s.param].Value.Data[s.begin:s.end]
		kernels.Lerp(float32(l.options.Alpha), fast, slow)
		copy(fast, slow)
	}
	return l
}

// Step takes a step of the inner optimizer and, after every k of them, moves the slow weights.
func (l *Lookahead) Step(lr float64, scale float32) {
	if *l.steps == 0 { // now, since weights may have been loaded after NewLookahead
		parallel.For(len(l.spans), l.keep)
	}
	l.inner.Step(lr, scale)
	if *l.steps%int64(l.options.K) == 0 {
		parallel.For(len(l.spans), l.move)
	}
}

// SetMomentum is that of the inner optimizer, which must have it.
func (l *Lookahead) SetMomentum(m float64) { l.inner.(Cyclable).SetMomentum(m) }

// State returns that of the inner optimizer with the slow weights as moment "slow".
func (l *Lookahead) State() State {
	s := l.inner.State()
	s.Moments["slow"] = l.slow
	return s
}
