package predict

import (
	"tessera/autograd"
	"tessera/kernels"
	"tessera/nn/decoder"
	"tessera/segtrain/raster"
)

// A spoken model says more than masks.
type spoken interface {
	ForwardAll(t *autograd.Tape, x *autograd.Var, deep *decoder.DeepHeads) decoder.Outputs
}

// forward records a model, and its classification head where it has one; labels is nil without.
func forward(t *autograd.Tape, m decoder.Model, x *autograd.Var) (logits, labels *autograd.Var) {
	s, ok := m.(spoken)
	if !ok {
		return m.Forward(t, x), nil
	}
	out := s.ForwardAll(t, x, nil)
	return out.Masks[0], out.Labels
}

// hear adds the probabilities of the head, [N, labels], to what it said in other views of the batch; without a head there
// are none.
func (e *caster) hear(first bool, g *program) {
	if g.labels == nil {
		return
	}
	logits := g.labels.Value()
	e.scratch = grown(e.scratch, len(logits))
	kernels.Sigmoid(logits, e.scratch[:len(logits)])
	if first {
		e.said = append(e.said[:0], e.scratch[:len(logits)]...)
		return
	}
	for i, p := range e.scratch[:len(logits)] {
		e.said[i] += p
	}
}

// heard makes means of what was heard in so many views.
func (e *caster) heard(views int) {
	for i := range e.said {
		e.said[i] /= float32(views)
	}
}

// saidOf returns a copy of what the head says of a picture of the last batch of n; nil without a head.
func (e *caster) saidOf(i, n int) []float32 {
	if len(e.said) == 0 {
		return nil
	}
	labels := len(e.said) / n
	return append([]float32{}, e.said[i*labels:][:labels]...)
}

// louder writes the larger probability of each label, of those of a picture and of n of its tiles, to said.
func (e *caster) louder(said []float32, n int) []float32 {
	for i := range n {
		of := e.saidOf(i, n)
		if said == nil {
			said = of
			continue
		}
		for k, p := range of {
			said[k] = max(said[k], p)
		}
	}
	return said
}

// gated returns probabilities without classes that the gate shuts.
func (p *Predictor) gated(r *Result, full *raster.Float) *raster.Float {
	if p.Gate == nil || r.Said == nil {
		return full
	}
	return p.Gate.Apply(full, r.Said)
}

// saidByAll returns the weighted mean of what members' heads say of a picture; nil unless all have one that tells as much.
func saidByAll(list []Result, weights []float64) []float32 {
	if list[0].Said == nil {
		return nil
	}
	sum, total := make([]float64, len(list[0].Said)), 0.0
	for i, r := range list {
		if len(r.Said) != len(sum) {
			return nil
		}
		total += weights[i]
		for k, p := range r.Said {
			sum[k] += float64(weights[i] * float64(p))
		}
	}
	said := make([]float32, len(sum))
	for k, v := range sum {
		said[k] = float32(v / total)
	}
	return said
}
