package train

import (
	"errors"
	"fmt"
	"io"
	"time"

	"tessera/autograd"
	"tessera/internal/parallel"
	"tessera/nn/decoder"
	"tessera/nn/loss"
	"tessera/segtrain/data"
	"tessera/segtrain/metric"
	"tessera/tensor"
)

// An Evaluation is how well a model does on a data set.
type Evaluation struct {
	Report  metric.Report
	Loss    float64 // mean over images
	Images  []ImageScore
	Seconds float64
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
	Loss    loss.Loss // nil for none
	Classes []string
	Ignore  int // class that does not count, autograd.NoIgnore for none
	Batch   int
	Workers int // that decode images

	tapes map[tensor.Shape]*evalTape // by the shape of a batch
}

// evalTape is the program for batches of one shape.
type evalTape struct {
	tape         *autograd.Tape
	images       *autograd.Var
	labels       *tensor.Tensor
	logits, loss *autograd.Var
	classes      []uint8
}

// Run evaluates a data set whose images all have masks. predicted, if not nil, is called for every image with
// its index and its class indices at the network's size; it must copy what it keeps.
func (e *Evaluator) Run(ds *data.Dataset, predicted func(index int, classes []uint8)) (*Evaluation, error) {
	begin := time.Now()
	loader, err := data.NewLoader(ds, data.LoaderOptions{Batch: e.Batch, Workers: e.Workers, Epochs: 1})
	if err != nil {
		return nil, err
	}
	defer loader.Close()
	h, w, c := ds.Shape()
	confusion := metric.NewConfusion(len(e.Classes))
	result := &Evaluation{}
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
		if t.loss != nil {
			result.Loss += float64(t.loss.Value()[0]) * float64(batch.N)
		}
		for i, index := range batch.Indices {
			truth, classes := batch.Masks[i*h*w:][:h*w], t.classes[i*h*w:][:h*w]
			confusion.Add(truth, classes, e.Ignore)
			score := metric.ImageScore(truth, classes, len(e.Classes), e.Ignore)
			counts := metric.ImageCounts(truth, classes, len(e.Classes), e.Ignore)
			result.Images = append(result.Images, ImageScore{index, batch.IDs[i], score, counts})
			if predicted != nil {
				predicted(index, classes)
			}
		}
	}
	result.Loss /= float64(max(1, len(result.Images)))
	result.Report = confusion.Report(e.Classes)
	result.Seconds = time.Since(begin).Seconds()
	return result, nil
}

// tape returns the program for a shape of batches, recorded when it is first needed.
func (e *Evaluator) tape(s tensor.Shape) (*evalTape, error) {
	if t := e.tapes[s]; t != nil {
		return t, nil
	}
	n, h, w, _ := s.NHWC()
	t := &evalTape{tape: autograd.NewTape(autograd.Inference), classes: make([]uint8, n*h*w)}
	err := autograd.Catch(func() {
		t.images = t.tape.Input(s)
		t.labels = t.tape.Labels(tensor.Dims(n, h, w))
		t.logits = t.tape.Output(e.Model.Forward(t.tape, t.images))
		if e.Loss != nil {
			t.loss = t.tape.Output(e.Loss.Forward(t.tape, t.logits, autograd.NewTarget(t.labels)))
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
	copy(t.labels.Indices, batch.Masks)
	t.tape.Forward()
	logits := t.logits.Value()
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
