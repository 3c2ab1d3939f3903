package train

import (
	"slices"

	"tessera/autograd"
)

// Gradients notes, over the steps of a run, which parameters of a model learn.
type Gradients struct {
	params  []*autograd.Param
	used    map[*autograd.Param]bool // by the model's program
	reached map[*autograd.Param]bool // by a gradient that is not zero
}

// see notes the gradients of a step.
func (g *Gradients) see(t *autograd.Tape, params []*autograd.Param) {
	if g.params == nil {
		g.params = params
		g.used, g.reached = map[*autograd.Param]bool{}, map[*autograd.Param]bool{}
	}
	for _, p := range params {
		g.used[p] = g.used[p] || t.Uses(p)
		if !g.reached[p] && !p.Frozen {
			g.reached[p] = slices.ContainsFunc(p.Grad.Data, func(x float32) bool { return x != 0 })
		}
	}
}

// A Reach is what Gradients noted. What a model does not use, as the classifier of an encoder, counts as neither.
type Reach struct {
	Learn   int      `json:"learn"`   // parameters that a gradient reached
	Frozen  int      `json:"frozen"`  // that are not meant to learn
	Missing []string `json:"missing"` // names of those that are, and that no gradient reached in any step
}

// Reach returns what was noted, parameters in the order of the model.
func (g *Gradients) Reach() Reach {
	var r Reach
	for _, p := range g.params {
		switch {
		case !g.used[p]:
		case p.Frozen:
			r.Frozen++
		case g.reached[p]:
			r.Learn++
		default:
			r.Missing = append(r.Missing, p.Name)
		}
	}
	return r
}
