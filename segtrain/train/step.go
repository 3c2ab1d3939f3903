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
	return newStepOf(precision, kernels.StoreAuto, model, Heads{}, l, opt, tensor.Dims(n, h, w, c), 1, clipNorm, seed)
}

// NewLabelStep is NewStep for pixels of several labels, one for each class that may overlap.
func NewLabelStep(model decoder.Model, l loss.Loss, opt optim.Optimizer, n, h, w, c, labels int,
	clipNorm float64, seed uint64) (*Step, error) {
	return newStepOf(kernels.Float32, kernels.StoreAuto, model, Heads{}, l, opt, tensor.Dims(n, h, w, c), labels, clipNorm, seed)
}

// newStepOf is NewLabelStep of a model with heads, for pictures of shape images.
func newStepOf(precision kernels.Precision, storage kernels.Storage, model decoder.Model, heads Heads, l loss.Loss,
	opt optim.Optimizer, images tensor.Shape, labels int, clipNorm float64, seed uint64) (*Step, error) {
	s := &Step{tape: autograd.NewTape(autograd.Training), heads: heads, optimizer: opt, clipNorm: clipNorm}
	s.tape.Seed, s.tape.Precision, s.tape.Storage = seed, precision, storage
	s.params = nn.Params(heads.With(model))
	s.clipper = optim.NewClipper(s.params)
	err := autograd.Catch(func() {
		n, h, w, _ := images.NHWC()
		s.images = s.tape.Input(images)
		s.target = s.tape.Labels(LabelShape(n, h, w, labels))
		s.recorded = heads.record(s.tape, model, s.images, l, autograd.NewTarget(s.target))
		s.tape.Output(s.loss)
	})
	if err != nil {
		return nil, err
	}
	return s, s.tape.Plan()
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
	s.tape.Backward(s.loss, 1)
	gradNorm = s.clipper.Norm()
	if s.gradients != nil {
		s.gradients.see(s.tape, s.params)
	}
	if sum := lossValue + gradNorm; math.IsNaN(sum) || math.IsInf(sum, 0) {
		err := &autograd.NonFiniteError{Step: uint64(step) + 1, Tensor: s.tape.FirstNonFinite()}
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
	s.images.Set(images)
	copy(s.target.Indices, masks)
	s.tape.Step = uint64(step)
	s.tape.Forward()
}

// Bytes returns the memory of the step's values, gradients and scratch.
func (s *Step) Bytes() int64 { return s.tape.Bytes() }

// Free gives the step's memory back.
func (s *Step) Free() { s.tape.Free() }
