package autograd_test

import (
	"testing"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/internal/ref"
	"tessera/tensor"
)

func TestSoftmax(t *testing.T) {
	sizes := []int{2, 9, 11, 13}
	image := 9 * 11 * 13
	for name, c := range map[string]struct {
		build func(t *autograd.Tape, x *autograd.Var) *autograd.Var
		row   int
	}{"channels": {autograd.Softmax, 13}, "image": {autograd.ImageSoftmax, image}} {
		t.Run(name, func(t *testing.T) {
			gradcheck.Run(t, gradcheck.Case{
				Inputs:    []*tensor.Tensor{gradcheck.Grid(1, sizes...)},
				Build:     func(t *autograd.Tape, in []*autograd.Var) *autograd.Var { return c.build(t, in[0]) },
				Reference: func(in [][]float32) []float64 { return ref.Softmax(c.row, in[0]) },
			})
		})
	}
}
