package autograd_test

import (
	"testing"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/tensor"
)

// channelSizes are images of one block of pixels, and of several with a rest.
var channelSizes = map[string][]int{"one block": {3, 4, 5, 19}, "blocks": {2, 47, 45, 9}}

func TestGlobalAverage(t *testing.T) {
	for name, s := range channelSizes {
		t.Run(name, func(t *testing.T) {
			pixels, c := s[1]*s[2], s[3]
			gradcheck.Run(t, gradcheck.Case{
				Inputs: []*tensor.Tensor{gradcheck.Grid(1, s...)},
				Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
					return autograd.GlobalAverage(t, in[0])
				},
				Reference: func(in [][]float32) []float64 {
					y := make([]float64, s[0]*c)
					for i, v := range in[0] {
						y[i/(pixels*c)*c+i%c] += float64(v) / float64(pixels)
					}
					return y
				},
			})
		})
	}
}

func TestScaleChannels(t *testing.T) {
	for name, s := range channelSizes {
		t.Run(name, func(t *testing.T) {
			pixels, c := s[1]*s[2], s[3]
			gradcheck.Run(t, gradcheck.Case{
				Inputs: []*tensor.Tensor{gradcheck.Grid(1, s...), gradcheck.Grid(2, s[0], 1, 1, c)},
				Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
					return autograd.ScaleChannels(t, in[0], in[1])
				},
				Reference: func(in [][]float32) []float64 {
					y := make([]float64, len(in[0]))
					for i, v := range in[0] {
						y[i] = float64(v) * float64(in[1][i/(pixels*c)*c+i%c])
					}
					return y
				},
			})
		})
	}
	assertShapeError(t, "scale channels of 1×2×3×4 and 1×1×1×3: want a factor for each image and channel",
		func(t *autograd.Tape) {
			autograd.ScaleChannels(t, t.Input(tensor.Dims(1, 2, 3, 4)), t.Input(tensor.Dims(1, 1, 1, 3)))
		})
}
