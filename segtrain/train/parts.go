package train

import (
	"strings"

	"tessera/autograd"
	"tessera/kernels"
	"tessera/nn/decoder"
	"tessera/nn/loss"
	"tessera/tensor"
)

// parts compute the batch of a step a part at a time, in the memory of a part, to the gradients of the whole. The model
// speaks of each part; the loss is that of all that it said, with its slope there; then each part goes back from its share of
// that slope, computed forward once more, but the last (Gao et al., "Scaling Deep Contrastive Learning Batch Size under Memory
// Limited Setup", RepL4NLP 2021). Means of the losses of parts would be another loss, where pixels are ignored or
// where it is one of the whole batch, such as Dice. Only batch norms see parts instead of batches.
type parts struct {
	n      int
	said   []*autograd.Var   // what the model says of a part
	slopes []*autograd.Var   // of the loss, there
	pull   *autograd.Var     // Σ slope·said, whose gradient is that of the loss
	tape   *autograd.Tape    // of the loss
	leaves []*autograd.Param // all that was said, and the slopes
}

// recordParts records a step on parts of a batch, which o.parts divides.
func (s *Step) recordParts(o stepOptions) {
	n, h, w, c := o.images.NHWC()
	if n%o.parts != 0 {
		panic(&tensor.ShapeError{Op: "training step", Got: []tensor.Shape{o.images}, Detail: "want parts of one size"})
	}
	p := &parts{n: o.parts, tape: autograd.NewTape(autograd.Training)}
	p.tape.Seed = o.seed
	s.parts, s.images = p, s.tape.Input(tensor.Dims(n/o.parts, h, w, c))
	out := o.heads.say(s.tape, o.model, s.images)
	all := decoder.Outputs{}
	for _, v := range out.Masks {
		all.Masks = append(all.Masks, p.gather(s.tape, v))
	}
	if out.Labels != nil {
		all.Labels = p.gather(s.tape, out.Labels)
	}
	ones, dots := make([]float32, len(p.said)), make([]*autograd.Var, len(p.said))
	for i, v := range p.said {
		ones[i], dots[i] = 1, autograd.Dot(s.tape, v, p.slopes[i])
	}
	p.pull = s.tape.Output(autograd.WeightedSum(s.tape, ones, dots...))
	s.recorded = o.heads.judge(p.tape, all, o.loss, autograd.NewTarget(s.target))
	p.tape.Output(s.loss)
}

// gather returns what v, which a model says of a part, is for the whole batch.
func (p *parts) gather(t *autograd.Tape, v *autograd.Var) *autograd.Var {
	n, h, w, c := v.Shape.NHWC()
	leaf := autograd.NewParam("NHWC", tensor.Dims(n*p.n, h, w, c))
	p.said, p.slopes = append(p.said, t.Output(v)), append(p.slopes, t.Input(v.Shape))
	p.leaves = append(p.leaves, leaf)
	return p.tape.Param(leaf)
}

// bytes returns the memory of what is said of a batch, and of the slopes.
func (p *parts) bytes() (sum int64) {
	for _, leaf := range p.leaves {
		sum += 8 * int64(leaf.Value.Shape.Size())
	}
	return sum
}

// share returns part i of what belongs to a whole batch.
func (p *parts) share(i int, whole []float32) []float32 {
	n := len(whole) / p.n
	return whole[i*n:][:n]
}

// forwardPart runs the model on part i.
func (s *Step) forwardPart(i int, images []float32) {
	s.setPart(i, images)
	s.tape.Forward()
}

func (s *Step) setPart(i int, images []float32) {
	s.tape.First = i * s.images.Shape.Dim(0)
	s.images.Set(s.parts.share(i, images))
}

// forwardParts runs the model on each part, and the loss on all that it says.
func (s *Step) forwardParts(images []float32) {
	p := s.parts
	for i := range p.n {
		s.forwardPart(i, images)
		for k, v := range p.said {
			copy(p.share(i, p.leaves[k].Value.Data), v.Value())
		}
	}
	p.tape.Step = s.tape.Step
	p.tape.Forward()
}

// backwardParts takes the gradient back through each part: first the last, whose values are still there.
func (s *Step) backwardParts(images []float32) {
	p := s.parts
	for _, leaf := range p.leaves {
		clear(leaf.Grad.Data)
	}
	p.tape.Backward(s.loss, 1)
	s.tape.Again = true
	defer func() { s.tape.Again = false }()
	for i := range p.n {
		part := (i + p.n - 1) % p.n
		for k, slope := range p.slopes {
			slope.Set(p.share(part, p.leaves[k].Grad.Data))
		}
		if i > 0 {
			s.forwardPart(part, images)
		}
		s.tape.Backward(p.pull, 1)
	}
}

// firstNonFinitePart is autograd's FirstNonFinite of the parts: what went wrong on the way forward comes first.
func (s *Step) firstNonFinitePart(images []float32) string {
	p, gradient := s.parts, ""
	for _, slope := range p.slopes {
		clear(slope.Value())
	}
	s.tape.Again = true
	defer func() { s.tape.Again = false }()
	for i := range p.n {
		s.setPart(i, images)
		name := s.tape.FirstNonFinite()
		if name != "" && !strings.HasPrefix(name, "gradient") {
			return name
		}
		gradient = name
	}
	if name := p.tape.FirstNonFinite(); name != "" && !strings.HasPrefix(name, "gradient") {
		return name
	}
	return gradient
}

// ForecastStep returns the bytes that a training step takes on pictures of a shape, in parts, without reserving them. A model
// that cannot take the pictures panics with a tensor.ShapeError.
func ForecastStep(workers int, precision kernels.Precision, storage kernels.Storage, m decoder.Model, h Heads, l loss.Loss,
	pictures tensor.Shape, labels, parts int) int64 {
	s := stepOptions{precision: precision, storage: storage, model: m, heads: h, loss: l, images: pictures, labels: labels, parts: parts}.record()
	if s.parts == nil {
		return s.tape.Forecast(workers)
	}
	return s.tape.Forecast(workers) + s.parts.tape.Forecast(workers) + s.parts.bytes()
}
