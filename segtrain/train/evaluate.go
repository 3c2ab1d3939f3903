package train

import (
	"errors"
	"fmt"
	"io"
	"time"

	"tessera/autograd"
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/nn/decoder"
	"tessera/nn/loss"
	"tessera/segtrain/data"
	"tessera/segtrain/metric"
	"tessera/tensor"
)

// An Evaluation is how well a model does on a data set.
type Evaluation struct {
	Report  metric.Report
	Loss    float64                // mean over images
	Labels  *metric.PresenceReport // of the classification head; nil if it does not learn
	Images  []ImageScore
	Seconds float64
	Meter   *metric.Meter // what the report was read off
}

// An ImageScore is the mean IoU of one image of a data set.
type ImageScore struct {
	Index int     // in the data set
	ID    string  // of its record
	Score float64 // mean IoU over the classes that occur, NaN if none

	Counts []metric.ClassCount // of the classes that occur
}

// An Evaluator runs a model on data sets in inference mode.
type Evaluator struct {
	Model   decoder.Model
	Heads   Heads
	Loss    loss.Loss // nil for none
	Classes []string
	Ignore  int // class that does not count, autograd.NoIgnore for none
	Batch   int
	Workers int // that decode images

	Task       metric.Task // empty is metric.Multiclass
	Thresholds []float64   // of the probabilities where the task has flags, one a class; nil is 0.5 each
	Boundary   float64     // tolerance of outlines (see metric.NewBoundary); 0 does not measure them
	Curve      []float64   // thresholds to measure at where the task has flags

	Precision kernels.Precision // of the convolutions

	tapes map[tensor.Shape]*evalTape // by the shape of a batch
}

// evalTape is the program for batches of one shape.
type evalTape struct {
	tape   *autograd.Tape
	images *autograd.Var
	target *tensor.Tensor
	recorded
	classes    []uint8   // indices, or flags
	thresholds []float32 // of flags, nil for indices
}

// Run evaluates a data set whose images all have masks. predicted, if not nil, is called for every image with
// its index and its class indices (or flags, as in the data set's samples) at the network's size; it must copy what it
// keeps.
func (e *Evaluator) Run(ds *data.Dataset, predicted func(index int, classes []uint8)) (*Evaluation, error) {
	begin := time.Now()
	loader, err := data.NewLoader(ds, data.LoaderOptions{Batch: e.Batch, Workers: e.Workers, Epochs: 1})
	if err != nil {
		return nil, err
	}
	defer loader.Close()
	h, w, c := ds.Shape()
	meter, labels := metric.NewMeter(e.measured()), h*w*ds.Labels()
	presence := metric.NewPresence(0)
	if e.Heads.Aux != nil {
		presence = metric.NewPresence(len(e.Heads.Aux.Classes))
	}
	result := &Evaluation{Meter: meter}
	for {
		batch, err := loader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if batch.Masks == nil {
			return nil, fmt.Errorf("evaluation needs masks, and the data set has none")
		}
		t, err := e.tape(tensor.Dims(batch.N, h, w, c))
		if err != nil {
			return nil, err
		}
		t.run(batch)
		if aux := e.Heads.Aux; aux != nil {
			aux.label(batch.IDs, batch.Masks, t.truth.Indices)
			aux.see(presence, t.recorded.labels.Value(), t.truth.Indices)
		}
		if t.loss != nil {
			result.Loss += float64(float64(t.loss.Value()[0]) * float64(batch.N))
		}
		for i, index := range batch.Indices {
			truth, classes := batch.Masks[i*labels:][:labels], t.classes[i*labels:][:labels]
			score := meter.Add(h, w, truth, classes, t.probabilities(i*labels, labels))
			result.Images = append(result.Images, ImageScore{index, batch.IDs[i], score, meter.Stats.ImageCounts(len(result.Images))})
			if predicted != nil {
				predicted(index, classes)
			}
		}
	}
	result.Loss /= float64(max(1, len(result.Images)))
	if e.Heads.Aux != nil {
		report := presence.Report(e.Heads.Aux.Classes)
		result.Labels = &report
	}
	result.Report = meter.Report(e.Classes)
	result.Seconds = time.Since(begin).Seconds()
	return result, nil
}

// tape returns the program for a shape of batches, recorded when it is first needed.
func (e *Evaluator) tape(s tensor.Shape) (*evalTape, error) {
	if t := e.tapes[s]; t != nil {
		return t, nil
	}
	n, h, w, _ := s.NHWC()
	labels := e.Task.Labels(len(e.Classes))
	t := &evalTape{tape: autograd.NewTape(autograd.Inference), classes: make([]uint8, n*h*w*labels), thresholds: e.limits()}
	t.tape.Precision = e.Precision
	err := autograd.Catch(func() {
		t.images = t.tape.Input(s)
		t.target = t.tape.Labels(LabelShape(n, h, w, labels))
		t.recorded = e.Heads.record(t.tape, e.Model, t.images, e.Loss, autograd.NewTarget(t.target))
		for _, v := range []*autograd.Var{t.masks, t.recorded.labels, t.loss} {
			if v != nil {
				t.tape.Output(v)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	if err := t.tape.Plan(); err != nil {
		return nil, err
	}
	if e.tapes == nil {
		e.tapes = map[tensor.Shape]*evalTape{}
	}
	e.tapes[s] = t
	return t, nil
}

func (t *evalTape) run(batch *data.Batch) {
	t.images.Set(batch.Images)
	copy(t.target.Indices, batch.Masks)
	t.tape.Forward()
	logits := t.masks.Value()
	if t.thresholds != nil {
		t.flag(logits)
		return
	}
	classes := len(logits) / len(t.classes)
	const size = 4096
	parallel.For((len(t.classes)+size-1)/size, func(i, _ int) {
		decoder.Argmax(classes, logits[i*size*classes:], t.classes[i*size:min((i+1)*size, len(t.classes))])
	})
}

// Free gives the memory of the recorded programs back.
func (e *Evaluator) Free() {
	for _, t := range e.tapes {
		t.tape.Free()
	}
	e.tapes = nil
}
