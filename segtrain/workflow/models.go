package workflow

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"time"

	"tessera/autograd"
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/nn"
	"tessera/nn/decoder"
	"tessera/segtrain/config"
	"tessera/tensor"
)

// ModelsOptions say which models Models looks at, and how.
type ModelsOptions struct {
	Size    int            // height and width of a picture
	Classes int            // that the model tells apart
	Filter  *regexp.Regexp // which of "ARCH ENCODER" to look at; nil for all
	Measure time.Duration  // time for measuring each model; 0 measures nothing
}

// A ModelCost is what a model costs for one picture.
type ModelCost struct {
	Arch       string  `json:"arch"`
	Encoder    string  `json:"encoder"`
	Parameters int     `json:"parameters"`
	GFLOP      float64 `json:"gflop"`        // of a prediction: see autograd.Tape.FLOPs
	PredictMB  int64   `json:"predict_mb"`   // of weights, activations and scratch
	TrainMB    int64   `json:"train_mb"`     // of a step with AdamW
	PerSecond  float64 `json:"images_per_s"` // predictions; 0 if not measured
	Problem    string  `json:"problem,omitempty"`
}

// Models returns the cost of every architecture with every encoder, in the order of their names. A pair that does not fit
// together, or not the size, has a problem instead. The error is a filter that nothing passes, or an option out of range.
func Models(o ModelsOptions, progress func(arch, encoder string)) ([]ModelCost, error) {
	if o.Size < 1 || o.Size > 1<<14 || o.Classes < 1 || o.Classes > 255 || o.Measure < 0 {
		return nil, fmt.Errorf("models: size %d, want 1 to %d; classes %d, want 1 to 255; time %v, want at least 0",
			o.Size, 1<<14, o.Classes, o.Measure)
	}
	if err := kernels.EnvError(); err != nil {
		return nil, err
	}
	var list []ModelCost
	for _, arch := range config.Choices("model.arch") {
		for _, encoder := range config.Choices("model.encoder") {
			if o.Filter != nil && !o.Filter.MatchString(arch+" "+encoder) {
				continue
			}
			progress(arch, encoder)
			c := ModelCost{Arch: arch, Encoder: encoder}
			if err := c.find(o); err != nil {
				c.Problem = err.Error()
			}
			list = append(list, c)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("no architecture and encoder match %v", o.Filter)
	}
	return list, nil
}

// find fills in the costs.
func (c *ModelCost) find(o ModelsOptions) error {
	cfg := config.Default()
	cfg.Model.Arch, cfg.Model.Encoder = config.Part{Name: c.Arch}, c.Encoder
	cfg.Data.Size = [2]int{o.Size, o.Size}
	var rng *rand.Rand // no weights are needed unless something is to be computed
	if o.Measure > 0 {
		rng = nn.NewRand(1)
	}
	p := &parts{}
	var err error
	if p.model, err = modelFrom(rng, &cfg, o.Classes); err != nil {
		return err
	}
	if p.loss, err = newLoss(&cfg, o.Classes); err != nil {
		return err
	}
	memory, err := p.forecast(&cfg, 1)
	if err != nil {
		return err
	}
	c.Parameters, c.TrainMB = p.parameters(), memory.Total()>>20
	shape := tensor.Dims(1, o.Size, o.Size, cfg.Data.Channels)
	t := autograd.NewTape(autograd.Inference)
	t.Output(p.model.Forward(t, t.Input(shape)))
	c.GFLOP = float64(t.FLOPs()) / 1e9
	c.PredictMB = (4*int64(c.Parameters) + t.Forecast(parallel.Workers())) >> 20
	if o.Measure > 0 {
		c.PerSecond, err = predictions(p.model, shape, o.Measure)
	}
	return err
}

// predictions returns how many pictures a model predicts in a second: the fastest of three or more runs.
func predictions(m decoder.Model, shape tensor.Shape, d time.Duration) (perSecond float64, err error) {
	p, err := decoder.NewPredictor(m, shape)
	if err != nil {
		return 0, err
	}
	defer p.Free()
	x, logits := make([]float32, shape.Size()), make([]float32, p.Logits().Size())
	for i := range x {
		x[i] = float32(float64(4*autograd.Uniform(1, uint64(i))) - 2)
	}
	begin, fastest := time.Now(), time.Duration(1<<62)
	for run := 0; run < 3 || time.Since(begin) < d; run++ {
		start := time.Now()
		if err := p.Run(x, logits); err != nil {
			return 0, err
		}
		fastest = min(fastest, time.Since(start))
	}
	return float64(shape.Dim(0)) / fastest.Seconds(), nil
}
