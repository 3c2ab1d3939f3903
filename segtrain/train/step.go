// Package train runs training: steps, epochs, validation, snapshots, and going on after an interruption.
package train

import (
	"math"

	"tessera/autograd"
	"tessera/kernels"
	"tessera/nn"
	"tessera/nn/decoder"
	"tessera/nn/loss"
	"tessera/optim"
	"tessera/tensor"
)

// A Step is one training step of a model, prepared for batches of one shape.
type Step struct {
	tape   *autograd.Tape
	images *autograd.Var
	target *tensor.Tensor
	heads  Heads
	recorded
	params    []*autograd.Param
	optimizer optim.Optimizer
	clipper   *optim.Clipper
	clipNorm  float64
	gradients *Gradients // told of every gradient, nil for nobody
	parts     *parts     // that a batch is computed in, nil for one

	ClipValue float64 // limits every element of the gradients, ahead of clipping by norm; 0 does not
}

// NewStep records the step for n pictures of h×w pixels and c channels and reserves its memory. clipNorm
// limits the norm of the gradients, 0 does not. A model that cannot take this size is an error.
func NewStep(model decoder.Model, l loss.Loss, opt optim.Optimizer, n, h, w, c int,
	clipNorm float64, seed uint64) (*Step, error) {
	return NewLabelStep(model, l, opt, n, h, w, c, 1, clipNorm, seed)
}

// NewStepIn is NewStep with convolutions of a precision.
func NewStepIn(precision kernels.Precision, model decoder.Model, l loss.Loss, opt optim.Optimizer, n, h, w, c int,
	clipNorm float64, seed uint64) (*Step, error) {
	return stepOptions{precision: precision, model: model, loss: l, images: tensor.Dims(n, h, w, c), labels: 1, seed: seed}.plan(opt, clipNorm)
}

// NewLabelStep is NewStep for pixels of several labels, one for each class that may overlap.
func NewLabelStep(model decoder.Model, l loss.Loss, opt optim.Optimizer, n, h, w, c, labels int,
	clipNorm float64, seed uint64) (*Step, error) {
	return stepOptions{model: model, loss: l, images: tensor.Dims(n, h, w, c), labels: labels, seed: seed}.plan(opt, clipNorm)
}

// stepOptions say what a step is recorded from.
type stepOptions struct {
	precision kernels.Precision
	storage   kernels.Storage
	model     decoder.Model
	heads     Heads
	loss      loss.Loss
	images    tensor.Shape // [N, H, W, C] of a batch
	labels    int          // of a pixel
	parts     int          // that a batch is computed in; 0 is 1
	seed      uint64
}

// plan records a step and reserves its memory. A model that cannot take the images is an error.
func (o stepOptions) plan(opt optim.Optimizer, clipNorm float64) (*Step, error) {
	var s *Step
	if err := autograd.Catch(func() { s = o.record() }); err != nil {
		return nil, err
	}
	s.params = nn.Params(o.heads.With(o.model))
	s.optimizer, s.clipper, s.clipNorm = opt, optim.NewClipper(s.params), clipNorm
	if err := s.tape.Plan(); err != nil || s.parts == nil {
		return s, err
	}
	return s, s.parts.tape.Plan()
}

// record records a step.
func (o stepOptions) record() *Step {
	s := &Step{tape: autograd.NewTape(autograd.Training), heads: o.heads}
	s.tape.Seed, s.tape.Precision, s.tape.Storage = o.seed, o.precision, o.storage
	n, h, w, _ := o.images.NHWC()
	s.target = s.tape.Labels(LabelShape(n, h, w, o.labels))
	if o.parts > 1 {
		s.recordParts(o)
		return s
	}
	s.images = s.tape.Input(o.images)
	s.recorded = o.heads.record(s.tape, o.model, s.images, o.loss, autograd.NewTarget(s.target))
	s.tape.Output(s.loss)
	return s
}

// LabelShape returns the shape of a batch's labels: [N, H, W], or [N, H, W, labels] if there are several a pixel.
func LabelShape(n, h, w, labels int) tensor.Shape {
	if labels > 1 {
		return tensor.Dims(n, h, w, labels)
	}
	return tensor.Dims(n, h, w)
}

// Run trains on a batch: images [N, H, W, C] and class indices [N, H, W], or flags [N, H, W, labels]. step keys the random numbers. If
// the loss or a gradient is not finite it changes no parameter, clears the gradients and returns an
// autograd.NonFiniteError, which counts steps from 1 as events do; but what is not finite may be in the running statistics of batch norms by then: go
// on from a snapshot.
func (s *Step) Run(step int, lr float64, images []float32, masks []uint8) (lossValue, gradNorm float64, err error) {
	s.forward(step, images, masks)
	lossValue = float64(s.loss.Value()[0])
	s.backward(images)
	gradNorm = s.clipper.Norm()
	if s.gradients != nil {
		s.gradients.see(s.tape, s.params)
	}
	if sum := lossValue + gradNorm; math.IsNaN(sum) || math.IsInf(sum, 0) {
		err := &autograd.NonFiniteError{Step: uint64(step) + 1, Tensor: s.firstNonFinite(images)}
		for _, p := range s.params {
			clear(p.Grad.Data)
		}
		return lossValue, gradNorm, err
	}
	clipped := gradNorm
	if s.ClipValue > 0 {
		s.clipper.Clamp(s.ClipValue)
		clipped = s.clipper.Norm()
	}
	s.optimizer.Step(lr, optim.ClipScale(clipped, s.clipNorm))
	return lossValue, gradNorm, nil
}

// Label says what the pictures of the next batch show, to a classification head; ids are those of their records.
func (s *Step) Label(ids []string, masks []uint8) {
	if s.heads.Aux != nil {
		s.heads.Aux.label(ids, masks, s.truth.Indices)
		if s.share != nil {
			kernels.Fill(1, s.share.Data)
		}
	}
}

// Measure runs a batch forward as Run does, and no further: nothing changes but the running statistics of batch norms, which
// become the mean over the batches since their counters were 0.
func (s *Step) Measure(step int, images []float32, masks []uint8) {
	s.tape.Cumulative = true
	s.forward(step, images, masks)
	s.tape.Cumulative = false
}

func (s *Step) forward(step int, images []float32, masks []uint8) {
	s.tape.Step = uint64(step)
	copy(s.target.Indices, masks)
	if s.parts != nil {
		s.forwardParts(images)
		return
	}
	s.images.Set(images)
	s.tape.Forward()
}

func (s *Step) backward(images []float32) {
	if s.parts != nil {
		s.backwardParts(images)
		return
	}
	s.tape.Backward(s.loss, 1)
}

func (s *Step) firstNonFinite(images []float32) string {
	if s.parts != nil {
		return s.firstNonFinitePart(images)
	}
	return s.tape.FirstNonFinite()
}

// Bytes returns the memory of the step's values, gradients and scratch.
func (s *Step) Bytes() int64 {
	if s.parts != nil {
		return s.tape.Bytes() + s.parts.tape.Bytes() + s.parts.bytes()
	}
	return s.tape.Bytes()
}

// Free gives the step's memory back.
func (s *Step) Free() {
	s.tape.Free()
	if s.parts != nil {
		s.parts.tape.Free()
	}
}
