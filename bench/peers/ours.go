package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"tessera/autograd"
	"tessera/internal/parallel"
	"tessera/nn"
	"tessera/nn/decoder"
	"tessera/nn/loss"
	"tessera/optim"
	"tessera/segtrain/train"
	"tessera/tensor"
)

const classes = 11

// contest is our contestant: it trains or infers on random pictures and prints its report.
func contest(kind, shape string, threads int) error {
	var n, h, w int
	if _, err := fmt.Sscanf(shape, "%d,%d,%d", &n, &h, &w); err != nil {
		return fmt.Errorf("shape %q: want batch,height,width", shape)
	}
	parallel.SetWorkers(threads)
	model, err := newUnet(nn.NewRand(1))
	if err != nil {
		return err
	}
	images := make([]float32, n*h*w*3)
	for i := range images {
		images[i] = float32(autograd.Uniform(uint64(i)))*4 - 2
	}
	var once func() error
	switch kind {
	case "train":
		once, err = training(model, n, h, w, images)
	case "infer":
		once, err = inference(model, n, h, w, images)
	default:
		err = fmt.Errorf("no work %q; there are: train, infer", kind)
	}
	if err != nil {
		return err
	}
	r, err := measure(once)
	r.Images = n
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

func training(model decoder.Model, n, h, w int, images []float32) (func() error, error) {
	opt := optim.NewAdamW(nn.Params(model), optim.DefaultAdamW)
	step, err := train.NewStep(model, loss.CrossEntropy{Ignore: classes}, opt, n, h, w, 3, 0, 1)
	if err != nil {
		return nil, err
	}
	masks := make([]uint8, n*h*w)
	for i := range masks {
		masks[i] = uint8(autograd.Uniform(uint64(i)) * classes)
	}
	at := 0
	return func() error {
		at++
		_, _, err := step.Run(at, 1e-3, images, masks)
		return err
	}, nil
}

func inference(model decoder.Model, n, h, w int, images []float32) (func() error, error) {
	tape := autograd.NewTape(autograd.Inference)
	tape.FixedWeights = true
	x := tape.Input(tensor.Dims(n, h, w, 3))
	tape.Output(model.Forward(tape, x))
	if err := tape.Plan(); err != nil {
		return nil, err
	}
	return func() error {
		x.Set(images)
		tape.Forward()
		return nil
	}, nil
}

// measure warms up and times iterations for about ten seconds, five at least.
func measure(once func() error) (r result, err error) {
	for range 2 {
		if err := once(); err != nil {
			return r, err
		}
	}
	for begin := time.Now(); len(r.Seconds) < 5 || time.Since(begin) < 10*time.Second; {
		start := time.Now()
		if err := once(); err != nil {
			return r, err
		}
		r.Seconds = append(r.Seconds, time.Since(start).Seconds())
	}
	return r, nil
}
