package autograd_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/kerneltest"
	"tessera/kernels"
	"tessera/tensor"
)

// excited returns the gradients of an inverted bottleneck with squeeze-and-excitation, and of what enlarges it and joins it with its
// input, whose channels fill no vectors.
func excited(t *testing.T, storage kernels.Storage) [][]float32 {
	t.Helper()
	tape := autograd.NewTape(autograd.Training)
	tape.Poison, tape.Precision, tape.Storage = true, kernels.BFloat16, storage
	var params []*autograd.Param
	param := func(axes string, sizes ...int) *autograd.Var {
		p := autograd.NewParam(axes, tensor.Dims(sizes...))
		copy(p.Value.Data, kerneltest.Floats(uint64(len(params)), p.Value.Shape.Size()))
		params = append(params, p)
		return tape.Param(p)
	}
	norm := func(c int) (gamma, beta *autograd.Var, stats autograd.BatchStats) {
		return param("C", c), param("C", c), autograd.BatchStats{Mean: tensor.New(tensor.Float32, tensor.Dims(c)),
			Var: tensor.New(tensor.Float32, tensor.Dims(c)), Batches: new(int64), Eps: 1e-3, Momentum: 0.1}
	}
	point, three := dense, kernels.Window{SH: 2, SW: 2, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1}
	in := tape.Input(tensor.Dims(2, 20, 18, 8))
	g, b, s := norm(24)
	x := autograd.ConvBatchNorm(tape, in, param("HWIO", 1, 1, 8, 24), 1, point, g, b, s, autograd.WithSiLU)
	wide := x
	g, b, s = norm(24)
	x = autograd.DepthwiseConvBatchNorm(tape, x, param("HWC", 3, 3, 24), three, g, b, s, autograd.WithSiLU)
	factor := autograd.Sigmoid(tape, autograd.GlobalAverage(tape, x))
	g, b, s = norm(20)
	x = autograd.ScaledConvBatchNorm(tape, x, factor, param("HWIO", 1, 1, 24, 20), point, g, b, s, autograd.Identity)
	g, b, s = norm(12)
	x = autograd.UpsampleConvBatchNorm(tape, x, wide, param("HWIO", 3, 3, 44, 12), g, b, s, autograd.WithSiLU)
	weights := tape.Input(x.Shape)
	loss := tape.Output(autograd.Dot(tape, x, weights))
	require.NoError(t, tape.Plan())
	defer tape.Free()
	in.Set(kerneltest.Floats(91, in.Shape.Size()))
	weights.Set(kerneltest.Floats(92, weights.Shape.Size()))
	for range 2 {
		tape.Forward()
		tape.Backward(loss, 1)
	}
	assert.Empty(t, tape.FirstNonFinite())
	var list [][]float32
	for _, p := range params {
		list = append(list, p.Grad.Data)
	}
	return list
}

// What is carried through depthwise convolutions, squeeze-and-excitation and joined maps gives gradients near those of float32 maps, and
// no buffer is read that nobody wrote. There is no ReLU here: where rounding opens or closes one, gradients differ by more.
func TestCarriedThroughExcitation(t *testing.T) {
	want := excited(t, kernels.StoreFloat32)
	var first [][]float32
	kerneltest.EachISA(t, func(t *testing.T) {
		got := excited(t, kernels.StoreAuto)
		for i := range want {
			d := distance(want[i], got[i])
			assert.True(t, d <= 2.5e-2, "gradient %d differs by %v", i, d)
			if first != nil {
				kerneltest.Equal(t, first[i], got[i])
			}
		}
		assert.True(t, distance(want[0], got[0]) >= 1e-4, "nothing was rounded")
		first = got
	})
}
