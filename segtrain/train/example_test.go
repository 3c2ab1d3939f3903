package train_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"tessera/autograd"
	"tessera/nn"
	"tessera/nn/loss"
	"tessera/optim"
	"tessera/segtrain/data"
	"tessera/segtrain/raster"
	"tessera/segtrain/synth"
	"tessera/segtrain/train"
)

// printer is an Observer that prints epochs.
type printer struct{}

func (printer) Step(train.StepEvent) error { return nil }
func (printer) Snapshot(step int) error    { return nil }

// Average has nothing to print: there is none.
func (printer) Average(train.AverageEvent) error { return nil }

// Epoch prints what was validated.
func (printer) Epoch(e train.EpochEvent) error {
	fmt.Printf("epoch %d, %d steps, %d images validated\n", e.Epoch, e.Step, len(e.Evaluation.Images))
	return nil
}

// A model of a single convolution, trained for two epochs.
func Example() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := synth.Write(dir, 10, 32, 32, 1, nil); err != nil {
		log.Fatal(err)
	}
	records, err := data.Scan(filepath.Join(dir, "images"), filepath.Join(dir, "masks"), data.ScanOptions{})
	if err != nil {
		log.Fatal(err)
	}
	classes := synth.Names()
	set := func(m data.Manifest) *data.Dataset {
		ds, err := data.NewDataset(m, data.Options{H: 32, W: 32, C: 3,
			MaskCode: raster.MaskCode{Coding: raster.IndexCode, Classes: len(classes), Ignore: -1}})
		if err != nil {
			log.Fatal(err)
		}
		return ds
	}

	model := nn.NewConv2D(nn.NewRand(1), 3, len(classes), nn.ConvOptions{Kernel: 5, Pad: nn.Pad(2)})
	crossEntropy := loss.CrossEntropy{Ignore: autograd.NoIgnore}
	evaluator := &train.Evaluator{Model: model, Loss: crossEntropy, Classes: classes, Ignore: autograd.NoIgnore, Batch: 4}
	trainer := train.Trainer{
		Model: model, Loss: crossEntropy,
		Optimizer: optim.NewAdamW(nn.Params(model), optim.DefaultAdamW),
		Schedule:  optim.Cosine(1e-2, 0, 4),
		Train:     set(records[:8]), Val: set(records[8:]),
		Eval:  evaluator,
		Steps: 4, Batch: 4, Seed: 1, ClipNorm: 1, ValEvery: 1,
		Score: func(e *train.Evaluation) float64 { return float64(e.Report.MeanIoU) },
		Dir:   dir, Best: "best.safetensors", Last: "last.safetensors",
		Observe: printer{},
	}
	progress, err := trainer.Run(context.Background(), false)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(progress.Step, "steps done; going on would start from", train.StateFile)
	// Output:
	// epoch 1, 2 steps, 2 images validated
	// epoch 2, 4 steps, 2 images validated
	// 4 steps done; going on would start from state.safetensors
}
