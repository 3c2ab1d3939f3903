package autograd_test

import (
	"testing"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/internal/ref"
	"tessera/tensor"
)

func TestDice(t *testing.T) {
	for name, c := range map[string]struct {
		size   []int
		smooth float64
	}{
		"plain":                   {[]int{2, 3, 4, 5}, 0},
		"smooth":                  {[]int{2, 3, 4, 5}, 1},
		"absent classes":          {[]int{2, 3, 4, 19}, 0.5},
		"blocks of many channels": {[]int{2, 13, 7, 320}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			target := masks(c.size[3], c.size[:3]...)
			gradcheck.Run(t, gradcheck.Case{
				Inputs: []*tensor.Tensor{gradcheck.Grid(1, c.size...)},
				Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
					return autograd.Dice(t, in[0], target, 255, c.smooth)
				},
				Reference: func(in [][]float32) []float64 {
					return []float64{diceReference(c.size[3], c.smooth, in[0], target.Indices)}
				},
			})
		})
	}
}

// diceReference is the loss over the classes that occur in the target, pixels of class 255 ignored.
func diceReference(classes int, smooth float64, x []float32, target []uint8) float64 {
	p := ref.Softmax(classes, x)
	sum, present := 0.0, 0.0
	for c := range classes {
		both, predicted, actual := 0.0, 0.0, 0.0
		for i, class := range target {
			if class == 255 {
				continue
			}
			predicted += p[i*classes+c]
			if int(class) == c {
				both += p[i*classes+c]
				actual++
			}
		}
		if actual > 0 {
			sum += (both + smooth) / ((predicted+actual)/2 + smooth)
			present++
		}
	}
	return 1 - sum/present
}
