package optim

import (
	"tessera/autograd"
	"tessera/tensor"
)

// Factors say how one parameter is treated beside the others: what the learning rate and the weight decay are
// multiplied by, and after how many steps it begins to learn, as if the optimizer had been made then.
type Factors struct {
	Rate, Decay float64
	From        int64
}

// base is what the optimizers have in common: the parameters, how each is treated, and what is remembered of it.
type base struct {
	params  []*autograd.Param
	factors []Factors // one a parameter; nil: 1 and 1 for all
	steps   int64
	spans   []span
}

func newBase(params []*autograd.Param) base {
	var data [][]float32
	for _, p := range params {
		data = append(data, p.Value.Data, p.Grad.Data)
	}
	tensor.HugePages(data...)
	return base{params: params, spans: spans(params)}
}

// moments returns zeros for every parameter.
func (b *base) moments() [][]float32 {
	list := make([][]float32, len(b.params))
	for i, p := range b.params {
		list[i] = make([]float32, p.Value.Shape.Size())
	}
	tensor.HugePages(list...)
	return list
}

// Group gives each parameter its factors, in the order of the parameters (see Grouping). They are settings, not state:
// whoever resumes a run sets them again.
func (b *base) Group(factors []Factors) {
	if len(factors) != len(b.params) {
		panic("optim: Group wants factors for each parameter")
	}
	b.factors = factors
}

// settings returns the learning rate and the weight decay of a parameter.
func (b *base) settings(param int, lr, decay float64) (rate, weightDecay float64) {
	if b.factors == nil {
		return lr, decay
	}
	f := b.factors[param]
	return lr * f.Rate, decay * f.Decay
}

// age returns the steps that a parameter has learned, the present one included; 0 or less before it begins.
func (b *base) age(param int) int64 {
	if b.factors == nil {
		return b.steps
	}
	return b.steps - b.factors[param].From
}

// at returns the gradient and the value of a piece.
func (b *base) at(s span) (g, p []float32) {
	param := b.params[s.param]
	return param.Grad.Data[s.begin:s.end], param.Value.Data[s.begin:s.end]
}
