// Package optim has the optimizers, the schedules of their rate, and gradient clipping.
package optim

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"tessera/autograd"
	"tessera/internal/parallel"
	"tessera/kernels"
)

// An Optimizer changes parameters by their gradients.
type Optimizer interface {
	// Step updates every parameter at a learning rate, its gradient multiplied by scale first, and clears the gradients.
	Step(lr float64, scale float32)
	// State returns the optimizer's moments and counters, for snapshots, in a fixed order.
	State() State
}

// State is what an optimizer remembers between steps. Its slices are the optimizer's own: writing to them restores it.
type State struct {
	Steps   *int64
	Moments map[string][][]float32 // by kind, then in the order of the parameters
}

// Each calls visit for every moment, by kind and then in the order of the parameters, with a name such as "m.17".
func (s State) Each(visit func(name string, values []float32)) {
	for _, kind := range slices.Sorted(maps.Keys(s.Moments)) {
		for i, values := range s.Moments[kind] {
			visit(fmt.Sprintf("%s.%d", kind, i), values)
		}
	}
}

// span is a piece of a parameter: the unit of parallel work, so that large and small parameters share the cores evenly.
type span struct{ param, begin, end int }

const spanFloats = 32 << 10

// spans cuts parameters into pieces. A frozen parameter has none.
func spans(params []*autograd.Param) []span {
	var list []span
	for i, p := range params {
		if p.Frozen {
			continue
		}
		n := p.Value.Shape.Size()
		for at := 0; at < n; at += spanFloats {
			list = append(list, span{i, at, min(at+spanFloats, n)})
		}
	}
	return list
}

// A Clipper measures the norm of all gradients together.
type Clipper struct {
	params  []*autograd.Param
	spans   []span
	squares []float64
	measure func(i, worker int)
}

// NewClipper returns a Clipper of parameters.
func NewClipper(params []*autograd.Param) *Clipper {
	c := &Clipper{params: params, spans: spans(params)}
	c.squares = make([]float64, len(c.spans))
	c.measure = func(i, _ int) {
		s := c.spans[i]
		c.squares[i] = kernels.SumSquares(c.params[s.param].Grad.Data[s.begin:s.end])
	}
	return c
}

// Norm returns the square root of the sum of squares of all gradients, in float64. It is NaN or infinite exactly if
// a gradient is.
func (c *Clipper) Norm() float64 {
	parallel.For(len(c.spans), c.measure)
	sum := 0.0
	for _, s := range c.squares {
		sum += s
	}
	return math.Sqrt(sum)
}

// ClipScale returns the factor that brings gradients of a norm down to a largest norm: 1 if they are not above it or
// limit is 0 (Pascanu et al., ICML 2013; like PyTorch's clip_grad_norm_, limit/(norm+1e-6)).
func ClipScale(norm, limit float64) float32 {
	if limit <= 0 || norm <= limit {
		return 1
	}
	return float32(limit / (norm + 1e-6))
}
