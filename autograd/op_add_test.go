package autograd_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/tensor"
)

func TestAdd(t *testing.T) {
	gradcheck.Run(t, gradcheck.Case{
		Inputs: []*tensor.Tensor{gradcheck.Grid(1, 2, 91, 97), gradcheck.Grid(2, 2, 91, 97)},
		Build:  func(t *autograd.Tape, in []*autograd.Var) *autograd.Var { return autograd.Add(t, in[0], in[1]) },
		Reference: func(in [][]float32) []float64 {
			y := apply(in[0], func(x float64) float64 { return x })
			for i, v := range in[1] {
				y[i] += float64(v)
			}
			return y
		},
	})
}

// TestInputsThatAreOneValue gives an operation the same value twice: both parts of its gradient must arrive.
func TestInputsThatAreOneValue(t *testing.T) {
	double := func(in [][]float32) []float64 { return apply(in[0], func(x float64) float64 { return 2 * x }) }
	square := func(in [][]float32) []float64 { return apply(in[0], func(x float64) float64 { return x * x }) }
	joined := func(in [][]float32) []float64 {
		var y []float64
		for _, x := range in[0] {
			y = append(y, float64(x), float64(x))
		}
		return y
	}
	concat := func(t *autograd.Tape, a, b *autograd.Var) *autograd.Var { return autograd.Concat(t, a, b) }
	for name, c := range map[string]struct {
		build func(t *autograd.Tape, a, b *autograd.Var) *autograd.Var
		ref   func(in [][]float32) []float64
	}{
		"add":            {autograd.Add, double},
		"concat":         {concat, joined},
		"scale channels": {autograd.ScaleChannels, square},
	} {
		t.Run(name, func(t *testing.T) {
			gradcheck.Run(t, gradcheck.Case{
				Inputs:    []*tensor.Tensor{gradcheck.Grid(1, 5, 1, 1, 1)},
				Build:     func(t *autograd.Tape, in []*autograd.Var) *autograd.Var { return c.build(t, in[0], in[0]) },
				Reference: c.ref,
			})
		})
	}
}

// TestValueOfTwoReaders lets a value be consumed by two operations of different kinds.
func TestValueOfTwoReaders(t *testing.T) {
	gradcheck.Run(t, gradcheck.Case{
		Inputs: []*tensor.Tensor{gradcheck.Grid(1, 2, 3, 4, 5)},
		Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
			x := autograd.ReLU(t, in[0])
			return autograd.Add(t, autograd.ScaleChannels(t, x, autograd.GlobalAverage(t, x)), x)
		},
		Reference: func(in [][]float32) []float64 {
			x := apply(in[0], func(x float64) float64 { return max(x, 0) })
			y := make([]float64, len(x))
			for i := range y {
				mean := 0.0
				for k := range 12 {
					mean += x[i/60*60+5*k+i%5] / 12
				}
				y[i] = x[i]*mean + x[i]
			}
			return y
		},
	})
}

func TestWeightedSum(t *testing.T) {
	gradcheck.Run(t, gradcheck.Case{
		Inputs: []*tensor.Tensor{gradcheck.Grid(1), gradcheck.Grid(2), gradcheck.Grid(3, 1, 1, 1, 1)},
		Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
			return autograd.WeightedSum(t, []float32{0.5, -2, 3}, in...)
		},
		Reference: func(in [][]float32) []float64 {
			return []float64{0.5*float64(in[0][0]) - 2*float64(in[1][0]) + 3*float64(in[2][0])}
		},
	})
}

// TestWeightedSumOfOneLoss adds a loss to itself.
func TestWeightedSumOfOneLoss(t *testing.T) {
	p := autograd.NewParam("", tensor.Dims())
	p.Value.Data[0] = 3
	tape := autograd.NewTape(autograd.Training)
	l := autograd.ReLU(tape, tape.Param(p))
	loss := tape.Output(autograd.WeightedSum(tape, []float32{2, 5}, l, l))
	require.NoError(t, tape.Plan())
	defer tape.Free()
	tape.Forward()
	tape.Backward(loss, 0.5)
	assert.EqualValues(t, 21, loss.Value()[0])
	assert.EqualValues(t, 3.5, p.Grad.Data[0])
}

func TestAddShapes(t *testing.T) {
	input := func(t *autograd.Tape, sizes ...int) *autograd.Var { return t.Input(tensor.Dims(sizes...)) }
	assertShapeError(t, "add of 2×3 and 3×2: want equal shapes",
		func(t *autograd.Tape) { autograd.Add(t, input(t, 2, 3), input(t, 3, 2)) })
	assertShapeError(t, "dot of 2×3 and 6: want equal shapes",
		func(t *autograd.Tape) { autograd.Dot(t, input(t, 2, 3), input(t, 6)) })
	assertShapeError(t, "weighted sum of 2: want one number each, and as many weights",
		func(t *autograd.Tape) { autograd.WeightedSum(t, []float32{1}, input(t, 2)) })
	assertShapeError(t, "weighted sum of scalar: want one number each, and as many weights",
		func(t *autograd.Tape) { autograd.WeightedSum(t, []float32{1, 2}, input(t)) })
}
