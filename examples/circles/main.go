// Circles trains a small U-Net to find discs in drawn pictures, with the engine alone: the first file to read.
//
//	go run ./examples/circles
package main

import (
	"fmt"
	"log"
	"math/rand/v2"

	"tessera/autograd"
	"tessera/nn"
	"tessera/nn/decoder"
	"tessera/nn/encoder"
	"tessera/nn/loss"
	"tessera/optim"
	"tessera/tensor"
)

const batch, size, classes, steps = 8, 64, 2, 60

func main() {
	// A model is a struct; its fields are the names that a checkpoint uses.
	rng := nn.NewRand(1)
	backbone, err := encoder.New("efficientnet-b0", rng, encoder.Options{})
	if err != nil {
		log.Fatal(err)
	}
	model, err := decoder.NewUnet(rng, backbone, decoder.UnetOptions{Classes: classes, Channels: []int{64, 32, 32, 16, 16}})
	if err != nil {
		log.Fatal(err)
	}

	// A tape is a program: it is recorded once for one shape, planned, and then run as often as wanted.
	tape := autograd.NewTape(autograd.Training)
	images := tape.Input(tensor.Dims(batch, size, size, 3))
	labels := tape.Labels(tensor.Dims(batch, size, size))
	logits := model.Forward(tape, images)
	l := tape.Output(loss.CrossEntropy{Ignore: autograd.NoIgnore}.Forward(tape, logits, autograd.NewTarget(labels)))
	if err := tape.Plan(); err != nil {
		log.Fatal(err)
	}

	optimizer := optim.NewAdamW(nn.Params(model), optim.DefaultAdamW)
	rate := optim.Cosine(3e-3, 0, steps)
	for step := range steps {
		draw(rng, images.Value(), labels.Indices)
		tape.Step = uint64(step)
		tape.Forward()
		tape.Backward(l, 1)
		optimizer.Step(rate(step), 1)
		if step%10 == 9 {
			fmt.Printf("step %2d  loss %.3f\n", step+1, l.Value()[0])
		}
	}
}

// draw fills a batch with noise and a brighter disc in each picture.
func draw(rng *rand.Rand, images []float32, labels []uint8) {
	for n := range batch {
		cy, cx, r := 16+rng.IntN(32), 16+rng.IntN(32), 6+rng.IntN(10)
		for i := range size * size {
			dy, dx := i/size-cy, i%size-cx
			inside := dy*dy+dx*dx <= r*r
			labels[n*size*size+i] = 0
			if inside {
				labels[n*size*size+i] = 1
			}
			for c := range 3 {
				v := float32(rng.Float32()) - 0.5
				if inside {
					v += 0.4
				}
				images[(n*size*size+i)*3+c] = v
			}
		}
	}
}
