// Package optim has the optimizers, the schedules of their rate, and gradient clipping.
package optim

import (
	"fmt"
	"maps"
	"slices"

	"tessera/autograd"
)

// An Optimizer changes parameters by their gradients.
type Optimizer interface {
	// Step updates every parameter at a learning rate, its gradient multiplied by scale first, and clears the gradients.
	Step(lr float64, scale float32)
	// State returns the optimizer's moments and counters, for snapshots, in a fixed order.
	State() State
}

// A Cyclable is an optimizer whose momentum, or first β, may change from step to step: see OneCycleMomentum.
type Cyclable interface{ SetMomentum(m float64) }

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
		if !p.Frozen {
			list = appendSpans(list, i, p.Value.Shape.Size())
		}
	}
	return list
}

// appendSpans appends the pieces of n numbers.
func appendSpans(list []span, param, n int) []span {
	for at := 0; at < n; at += spanFloats {
		list = append(list, span{param, at, min(at+spanFloats, n)})
	}
	return list
}

// of returns the piece of what is kept for each parameter.
func (s span) of(values [][]float32) []float32 { return values[s.param][s.begin:s.end] }
