package train

import (
	"tessera/autograd"
	"tessera/kernels"
	"tessera/nn/decoder"
	"tessera/nn/loss"
	"tessera/optim"
	"tessera/segtrain/data"
	"tessera/segtrain/metric"
)

// Overfit trains a model on one batch, again and again and with nothing dropped. A model, a loss and an optimizer that
// work can learn a batch by heart; if they cannot, no amount of data helps.
type Overfit struct {
	Model     decoder.Model
	Loss      loss.Loss
	Optimizer optim.Optimizer
	Schedule  optim.Schedule // of steps, counted from 0
	ClipNorm  float64
	ClipValue float64
	Precision kernels.Precision
	Classes   int
	Ignore    int // class that does not count, autograd.NoIgnore for none
	Steps     int // at most

	Enough func(Memorized) bool // asked every fifth step whether to stop
}

// Memorized is how well a batch was learned. Mean IoUs are those of the batch's images, averaged.
type Memorized struct {
	Steps       int     `json:"steps"`
	First       float64 `json:"first_loss"`
	Last        float64 `json:"last_loss"`
	MeanIoU     float64 `json:"mean_iou"`
	ConstantIoU float64 `json:"constant_iou"` // of the batch's commonest class everywhere
}

// steady is a model in whose training nothing is dropped, and whose logits can be read.
type steady struct {
	decoder.Model `name:""`
	logits        *autograd.Var
}

func (m *steady) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	t.Steady = true
	m.logits = t.Output(m.Model.Forward(t, x))
	return m.logits
}

// Run trains. A loss or a gradient that is not finite is an autograd.NonFiniteError, and what was reached until then is
// returned with it.
func (o *Overfit) Run(b *data.Batch, h, w, c int) (m Memorized, err error) {
	model := &steady{Model: o.Model}
	step, err := NewStepIn(o.Precision, model, o.Loss, o.Optimizer, b.N, h, w, c, o.ClipNorm, 0)
	if err != nil {
		return m, err
	}
	defer step.Free()
	step.ClipValue = o.ClipValue
	classes := make([]uint8, len(b.Masks))
	m.ConstantIoU = o.constant(b.Masks, h*w)
	for m.Steps < o.Steps {
		value, _, err := step.Run(m.Steps, o.Schedule(m.Steps), b.Images, b.Masks)
		if m.Steps == 0 {
			m.First = value
		}
		m.Last = value
		m.Steps++
		if err != nil {
			return m, err
		}
		if m.Steps%5 != 0 && m.Steps != o.Steps {
			continue
		}
		logits := model.logits.Value()
		decoder.Argmax(len(logits)/len(classes), logits, classes)
		m.MeanIoU = o.score(b.Masks, classes, h*w)
		if o.Enough(m) {
			break
		}
	}
	return m, nil
}

// score returns the mean over images of so many pixels.
func (o *Overfit) score(truth, classes []uint8, pixels int) float64 {
	sum, n := 0.0, 0
	for i := 0; i < len(truth); i += pixels {
		s := metric.ImageScore(truth[i:i+pixels], classes[i:i+pixels], o.Classes, o.Ignore)
		if s == s { // images in which nothing counts have none
			sum += s
			n++
		}
	}
	return sum / float64(max(1, n))
}

// constant returns the score of the commonest class everywhere.
func (o *Overfit) constant(truth []uint8, pixels int) float64 {
	var counts [256]int
	for _, class := range truth {
		if int(class) != o.Ignore {
			counts[class]++
		}
	}
	most := 0
	for class, n := range counts {
		if n > counts[most] {
			most = class
		}
	}
	same := make([]uint8, len(truth))
	for i := range same {
		same[i] = uint8(most)
	}
	return o.score(truth, same, pixels)
}
