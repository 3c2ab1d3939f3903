package autograd_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/internal/ref"
	"tessera/tensor"
)

// masks returns class indices below classes, in which every seventh pixel is of class 255.
func masks(classes int, sizes ...int) *tensor.Tensor {
	m := tensor.New(tensor.Uint8, tensor.Dims(sizes...))
	for i := range m.Indices {
		m.Indices[i] = uint8(i * i % 11 % classes)
		if i%7 == 3 {
			m.Indices[i] = 255
		}
	}
	return m
}

func TestCrossEntropy(t *testing.T) {
	for name, c := range map[string]struct {
		size      []int
		smoothing float32
		weights   []float32
	}{
		"plain":                   {[]int{2, 3, 4, 5}, 0, nil},
		"smoothing and weights":   {[]int{2, 3, 4, 5}, 0.125, []float32{1, 0.5, 2, 0.25, 1.5}},
		"blocks of many channels": {[]int{2, 13, 7, 320}, 0.125, nil},
	} {
		t.Run(name, func(t *testing.T) {
			classes := c.size[3]
			target := masks(classes, c.size[:3]...)
			gradcheck.Run(t, gradcheck.Case{
				Inputs: []*tensor.Tensor{gradcheck.Grid(1, c.size...)},
				Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
					return autograd.CrossEntropy(t, in[0], autograd.NewTarget(target), 255, c.smoothing, c.weights)
				},
				Reference: func(in [][]float32) []float64 {
					smoothing := float64(c.smoothing)
					loss, count, _ := ref.CrossEntropy(classes, 255, smoothing, c.weights, in[0], target.Indices, 1)
					return []float64{loss / count}
				},
			})
		})
	}
}

func TestCrossEntropyOfMixedPictures(t *testing.T) {
	size := []int{2, 3, 4, 5}
	target := targetOf(false, true, size...)
	lossCase(t, target, size, func(t *autograd.Tape, x *autograd.Var) *autograd.Var {
		return autograd.CrossEntropy(t, x, target.Target, 255, 0, nil)
	}, func(p []float64) float64 {
		sum, count := 0.0, 0.0
		for i, want := range target.want {
			if want >= 0 {
				sum -= want * math.Log(p[i])
				count += want
			}
		}
		return sum / count
	})
}

func TestLossShapes(t *testing.T) {
	x := func(t *autograd.Tape) *autograd.Var { return t.Input(tensor.Dims(1, 2, 3, 4)) }
	target := autograd.NewTarget(tensor.New(tensor.Uint8, tensor.Dims(1, 3, 2)))
	assertShapeError(t, "cross-entropy of 1×2×3×4 and 1×3×2: want a class index (uint8) for each pixel",
		func(t *autograd.Tape) { autograd.CrossEntropy(t, x(t), target, 255, 0, nil) })
	assertShapeError(t, "dice of 1×2×3×4 and 1×3×2: want a class index (uint8) for each pixel",
		func(t *autograd.Tape) { autograd.Dice(t, x(t), target, autograd.RegionOptions{}) })
	assertShapeError(t, "cross-entropy of 1×2×3×4 and 1×2×3: want a class index (uint8) for each pixel",
		func(t *autograd.Tape) {
			autograd.CrossEntropy(t, x(t), autograd.NewTarget(tensor.New(tensor.Float32, tensor.Dims(1, 2, 3))), 255, 0, nil)
		})
	assert.PanicsWithValue(t, "autograd: cross-entropy: 2 weights for 4 classes", func() {
		tape := autograd.NewTape(autograd.Training)
		autograd.CrossEntropy(tape, x(tape), autograd.NewTarget(tensor.New(tensor.Uint8, tensor.Dims(1, 2, 3))), 255, 0, []float32{1, 2})
	})
}
