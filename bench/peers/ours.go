package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"tessera/autograd"
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/nn"
	"tessera/nn/decoder"
	"tessera/nn/loss"
	"tessera/optim"
	"tessera/segtrain/train"
	"tessera/tensor"
)

const classes = 11

// contest is our contestant: it prints its report. precision is that of a model, empty for fp32.
func contest(kind, shape, precision string, threads int) (err error) {
	parallel.SetWorkers(threads)
	var r result
	switch kind {
	case "train", "infer":
		r, err = reference(kind, shape, precision)
	case "gemm", "conv", "dwweight":
		r, err = kernel(kind, shape)
	case "augment":
		r, err = augmentation()
	default:
		err = fmt.Errorf("no work %q; there are: train, infer, gemm, conv, dwweight, augment", kind)
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

// reference trains the reference model or infers with it, on random pictures.
func reference(kind, shape, precision string) (r result, err error) {
	p := kernels.Float32
	if precision != "" {
		if p, err = kernels.ParsePrecision(precision); err != nil {
			return r, err
		}
	}
	var n, h, w int
	if _, err := fmt.Sscanf(shape, "%d,%d,%d", &n, &h, &w); err != nil {
		return r, fmt.Errorf("shape %q: want batch,height,width", shape)
	}
	model, err := newUnet(nn.NewRand(1))
	if err != nil {
		return r, err
	}
	images := make([]float32, n*h*w*3)
	for i := range images {
		images[i] = float32(float32(autograd.Uniform(uint64(i)))*4) - 2
	}
	prepare := training
	if kind == "infer" {
		prepare = inference
	}
	once, err := prepare(p, model, n, h, w, images)
	if err != nil {
		return r, err
	}
	r, err = measure(once)
	r.Images = n
	return r, err
}

func training(p kernels.Precision, model decoder.Model, n, h, w int, images []float32) (func() error, error) {
	opt := optim.NewAdamW(nn.Params(model), optim.DefaultAdamW)
	step, err := train.NewStepIn(p, model, loss.CrossEntropy{Ignore: classes}, opt, n, h, w, 3, 0, 1)
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

func inference(p kernels.Precision, model decoder.Model, n, h, w int, images []float32) (func() error, error) {
	tape := autograd.NewTape(autograd.Inference)
	tape.FixedWeights, tape.Precision = true, p
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
