package predict

import (
	"fmt"

	"tessera/autograd"
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/nn/decoder"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
	"tessera/tensor"
)

// A program is a model recorded for batches of one shape.
type program struct {
	tape           *autograd.Tape
	images, logits *autograd.Var
	labels         *autograd.Var // logits of the classification head [N, 1, 1, labels]; nil without one
	flags          bool          // whether probabilities are sigmoids
}

// newProgram records a model for pictures [N, H, W, C]. A model that cannot take them is an error.
func newProgram(precision kernels.Precision, model decoder.Model, s tensor.Shape, task metric.Task) (*program, error) {
	g := &program{tape: autograd.NewTape(autograd.Inference), flags: task.Flags()}
	g.tape.FixedWeights, g.tape.Precision = true, precision
	err := autograd.Catch(func() {
		g.images = g.tape.Input(s)
		g.logits, g.labels = forward(g.tape, model, g.images)
		g.tape.Output(g.logits)
		if g.labels != nil {
			g.tape.Output(g.labels)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("the model cannot take pictures of %s: %w", s, err)
	}
	if c := g.classes(); c > 256 {
		return nil, fmt.Errorf("the model has %d classes; masks hold at most 256", c)
	}
	if err := g.tape.Plan(); err != nil {
		return nil, err
	}
	return g, nil
}

// infer computes the logits of a batch.
func (g *program) infer(images []float32) {
	g.images.Set(images)
	g.tape.Forward()
}

// run computes the probabilities of a batch where the logits were.
func (g *program) run(images []float32) {
	g.infer(images)
	c, values := g.classes(), g.logits.Value()
	size := max(1, softmaxChunk/c) * c
	parallel.For((len(values)+size-1)/size, func(i, _ int) {
		part := values[i*size : min((i+1)*size, len(values))]
		if g.flags {
			kernels.Sigmoid(part, part)
			return
		}
		kernels.Softmax(len(part)/c, c, part, part)
	})
}

// softmaxChunk is how many values a task has: some tens of microseconds of work.
const softmaxChunk = 16 << 10

// probabilities returns those of picture i of the last batch. They are valid until the next run.
func (g *program) probabilities(i int) *raster.Float {
	_, h, w, c := g.logits.Shape.NHWC()
	return &raster.Float{H: h, W: w, C: c, Pix: g.logits.Value()[i*h*w*c:][:h*w*c]}
}

// classes returns the number of the model's classes.
func (g *program) classes() int { return g.logits.Shape.Dim(3) }
