package nn_test

import (
	"fmt"

	"tessera/autograd"
	"tessera/nn"
)

func ExampleWalk() {
	type ConvBNReLU struct {
		Conv *nn.Conv2D    `name:"0"`
		BN   *nn.BatchNorm `name:"1"`
	}
	block := &ConvBNReLU{
		Conv: nn.NewConv2D(nn.NewRand(1), 3, 8, nn.ConvOptions{Kernel: 3, Pad: nn.Pad(1)}),
		BN:   nn.NewBatchNorm(8, 1e-5, 0.1, autograd.WithReLU),
	}
	nn.Walk(block, func(name string, e nn.Entry) {
		switch {
		case e.Param != nil:
			fmt.Println(name, e.Param.Value.Shape)
		case e.Buffer != nil:
			fmt.Println(name, e.Buffer.Shape)
		default:
			fmt.Println(name, *e.Counter)
		}
	})
	// Output:
	// 0.weight 3×3×3×8
	// 1.weight 8
	// 1.bias 8
	// 1.running_mean 8
	// 1.running_var 8
	// 1.num_batches_tracked 0
}
