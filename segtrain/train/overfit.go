package train

import (
	"tessera/autograd"
	"tessera/kernels"
	"tessera/nn/decoder"
	"tessera/nn/loss"
	"tessera/optim"
	"tessera/segtrain/data"
	"tessera/segtrain/metric"
	"tessera/tensor"
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
	Storage   kernels.Storage
	Classes   int
	Ignore    int // label that does not count, autograd.NoIgnore for none
	Steps     int // at most

	Task       metric.Task // empty is metric.Multiclass
	Thresholds []float64   // of the probabilities where the task has flags, one a class; nil is 0.5 each

	Enough func(Memorized) bool // asked every fifth step whether to stop
}

// Memorized is how well a batch was learned. Mean IoUs are those of the batch's images, averaged.
type Memorized struct {
	Steps       int     `json:"steps"`
	First       float64 `json:"first_loss"`
	Last        float64 `json:"last_loss"`
	MeanIoU     float64 `json:"mean_iou"`
	ConstantIoU float64 `json:"constant_iou"` // of the batch's commonest class everywhere; of flags, each class's commonest
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
	step, err := stepOptions{precision: o.Precision, storage: o.Storage, model: model, loss: o.Loss, images: tensor.Dims(b.N, h, w, c),
		labels: o.Task.Labels(o.Classes)}.plan(o.Optimizer, o.ClipNorm)
	if err != nil {
		return m, err
	}
	defer step.Free()
	step.ClipValue = o.ClipValue
	labels := len(b.Masks) / b.N // of an image
	m.ConstantIoU = o.score(b.Masks, o.constant(b.Masks), labels)
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
		m.MeanIoU = o.score(b.Masks, o.chosen(model.logits.Value()), labels)
		if o.Enough(m) {
			break
		}
	}
	return m, nil
}

// chosen returns the labels that logits stand for.
func (o *Overfit) chosen(logits []float32) []uint8 {
	if !o.Task.Flags() {
		classes := make([]uint8, len(logits)/o.Classes)
		decoder.Argmax(o.Classes, logits, classes)
		return classes
	}
	p, flags := make([]float32, len(logits)), make([]uint8, len(logits))
	kernels.Sigmoid(logits, p)
	metric.Threshold(metric.Limits(o.Thresholds, o.Classes), p, flags)
	return flags
}

// score returns the mean over images of so many labels. Images in which nothing counts have none, and neither have
// those without any class, in truth and prediction, where labels are flags.
func (o *Overfit) score(truth, predicted []uint8, labels int) float64 {
	stats := metric.NewStats(o.Task, o.Classes, o.Ignore)
	sum, n := 0.0, 0
	for i := 0; i < len(truth); i += labels {
		stats.Add(truth[i:i+labels], predicted[i:i+labels])
		if s := stats.ImageScore(stats.Images() - 1); s == s {
			sum += s
			n++
		}
	}
	return sum / float64(max(1, n))
}

// constant returns the commonest label everywhere; where labels are flags, that of each class.
func (o *Overfit) constant(truth []uint8) []uint8 {
	labels := o.Task.Labels(o.Classes)
	counts := make([][256]int, labels)
	for i, label := range truth {
		if int(label) != o.Ignore {
			counts[i%labels][label]++
		}
	}
	most := make([]uint8, labels)
	for k := range counts {
		for label, n := range counts[k] {
			if n > counts[k][most[k]] {
				most[k] = uint8(label)
			}
		}
	}
	same := make([]uint8, len(truth))
	for i := range same {
		same[i] = most[i%labels]
	}
	return same
}
