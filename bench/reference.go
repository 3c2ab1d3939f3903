package bench

import (
	"fmt"
	"time"

	"tessera/autograd"
	"tessera/nn"
	"tessera/nn/decoder"
	"tessera/nn/encoder"
	"tessera/nn/loss"
	"tessera/optim"
	"tessera/segtrain/train"
	"tessera/tensor"
)

// Title is the reference model in words.
const Title = "Unet(efficientnet-b0, 11 classes)"

const referenceClasses = 11

// referenceShape is the batch of the reference figures, and pictureShape the single picture.
var (
	referenceShape = tensor.Dims(8, 256, 256, 3)
	pictureShape   = tensor.Dims(1, 512, 512, 3)
)

// NewModel returns the reference model with fresh weights, always the same.
func NewModel() (*decoder.Unet, error) {
	rng := nn.NewRand(1)
	e, err := encoder.New("efficientnet-b0", rng, encoder.Options{DropConnect: 0.2})
	if err != nil {
		return nil, err
	}
	return decoder.NewUnet(rng, e, decoder.UnetOptions{Classes: referenceClasses})
}

// A StepResult is how fast the reference model is as a whole.
type StepResult struct {
	Work            string  `json:"work"` // "training" or "inference"
	Shape           string  `json:"shape"`
	Milliseconds    float64 `json:"ms"` // the fastest run
	ImagesPerSecond float64 `json:"images_per_second"`
	ArenaMB         int64   `json:"arena_mb"` // memory of values, gradients and scratch
}

// MeasureSteps measures training steps of the reference model, from the forward pass to the optimizer, and inference
// on a batch and on a single picture, each for d and three times at least. The error is a lack of memory.
func MeasureSteps(d time.Duration) (*Report, error) {
	m, err := newRoofMeter()
	if err != nil {
		return nil, err
	}
	defer m.Free()
	model, err := NewModel()
	if err != nil {
		return nil, err
	}
	r := &Report{}
	for _, work := range []struct {
		measure func(*decoder.Unet, tensor.Shape, time.Duration) (StepResult, error)
		shape   tensor.Shape
	}{
		{measureTraining, referenceShape}, {measureInference, referenceShape}, {measureInference, pictureShape},
	} {
		s, err := work.measure(model, work.shape, d)
		if err != nil {
			return nil, err
		}
		r.Steps = append(r.Steps, s)
		m.measure()
	}
	r.Roof = m.roof
	return r, nil
}

// training returns one training step of a model on noise of a shape.
func training(model *decoder.Unet, s tensor.Shape) (step *train.Step, run func() error, err error) {
	n, h, w, c := s.NHWC()
	opt := optim.NewAdamW(nn.Params(model), optim.DefaultAdamW)
	step, err = train.NewStep(model, loss.CrossEntropy{Ignore: referenceClasses}, opt, n, h, w, c, 1, 1)
	if err != nil {
		return nil, nil, err
	}
	images, masks := noise(s), make([]uint8, n*h*w)
	for i := range masks {
		masks[i] = uint8(autograd.Uniform(2, uint64(i)) * (referenceClasses + 1))
	}
	i := 0
	return step, func() error {
		_, _, err := step.Run(i, 1e-3, images, masks)
		i++
		return err
	}, nil
}

// noise returns pictures of a shape.
func noise(s tensor.Shape) []float32 {
	images := make([]float32, s.Size())
	for i := range images {
		images[i] = float32(float32(autograd.Uniform(1, uint64(i)))*4) - 2
	}
	return images
}

func measureTraining(model *decoder.Unet, s tensor.Shape, d time.Duration) (StepResult, error) {
	step, run, err := training(model, s)
	if err != nil {
		return StepResult{}, err
	}
	defer step.Free()
	return measureStep("training", s, d, step.Bytes(), run)
}

func measureInference(model *decoder.Unet, s tensor.Shape, d time.Duration) (StepResult, error) {
	p, err := decoder.NewPredictor(model, s)
	if err != nil {
		return StepResult{}, err
	}
	defer p.Free()
	images, logits := noise(s), make([]float32, p.Logits().Size())
	return measureStep("inference", s, d, p.Bytes(), func() error { return p.Run(images, logits) })
}

func measureStep(work string, s tensor.Shape, d time.Duration, bytes int64,
	run func() error) (StepResult, error) {
	var failed error
	taken := best(3, d, func() {
		if err := run(); err != nil && failed == nil {
			failed = err
		}
	})
	if failed != nil {
		return StepResult{}, fmt.Errorf("%s on %s: %w", work, s, failed)
	}
	return StepResult{
		Work: work, Shape: s.String(), Milliseconds: taken.Seconds() * 1e3,
		ImagesPerSecond: float64(s.Dim(0)) / taken.Seconds(), ArenaMB: bytes >> 20,
	}, nil
}
