package autograd_test

import (
	"fmt"

	"tessera/autograd"
	"tessera/tensor"
)

// A program is recorded once and run as often as wanted.
func Example() {
	scale := autograd.NewParam("HWIO", tensor.Dims(1, 1, 2, 1))
	copy(scale.Value.Data, []float32{3, -1})

	t := autograd.NewTape(autograd.Training)
	x := t.Input(tensor.Dims(1, 1, 1, 2))
	y := autograd.ReLU(t, autograd.Conv(t, x, t.Param(scale), nil, 1, dense))
	loss := t.Output(autograd.WeightedSum(t, []float32{10}, y))
	if err := t.Plan(); err != nil {
		fmt.Println(err)
		return
	}
	defer t.Free()

	copy(x.Value(), []float32{2, 1})
	t.Forward()
	t.Backward(loss, 1)
	fmt.Println(loss.Value(), scale.Grad.Data)
	// Output: [50] [20 10]
}
