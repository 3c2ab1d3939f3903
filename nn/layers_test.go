package nn_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/golden"
	"tessera/nn"
	"tessera/tensor"
)

func TestSamePadding(t *testing.T) {
	for _, c := range []struct {
		size, k, stride int
		want            nn.Padding
	}{
		{224, 3, 2, nn.Padding{Top: 0, Left: 0, Bottom: 1, Right: 1}},
		{112, 3, 1, nn.Padding{Top: 1, Left: 1, Bottom: 1, Right: 1}},
		{56, 5, 2, nn.Padding{Top: 1, Left: 1, Bottom: 2, Right: 2}},
		{225, 3, 2, nn.Padding{Top: 1, Left: 1, Bottom: 1, Right: 1}},
		{7, 1, 2, nn.Padding{}},
	} {
		assert.Equal(t, c.want, nn.SamePadding(c.size, c.k, c.stride), "%+v", c)
	}
	assert.Equal(t, nn.Padding{Top: 2, Left: 2, Bottom: 2, Right: 2}, nn.Pad(2))
}

// TestWeightsStartAsInPyTorch compares bounds and deviations of fresh parameters with those upstream.
func TestWeightsStartAsInPyTorch(t *testing.T) {
	var file golden.Init
	golden.Load(t, "init.json", &file)
	params := byName(newUnet(t, 0))
	require.Len(t, file.Parameters, len(params))
	var worst golden.Worst
	for _, want := range file.Parameters {
		p := params[want.Name]
		require.NotNil(t, p, want.Name)
		n := float64(len(p.Value.Data))
		sum, squares, most := 0.0, 0.0, 0.0
		for _, v := range p.Value.Data {
			x := float64(v)
			sum, squares, most = sum+x, squares+x*x, max(most, math.Abs(x))
		}
		std := math.Sqrt(max(0, squares/n-sum*sum/n/n))
		bound := max(-want.Min, want.Max)
		// For uniform numbers the deviation of the mean is σ/√n, that of σ about 0.45σ/√n, and the largest of n falls
		// short of the bound by a share of 1/n. Both sides vary.
		assert.InDelta(t, want.Mean, sum/n, 6*want.Std/math.Sqrt(n), "%s: mean", want.Name)
		assert.InDelta(t, bound, most, 12*want.Std/n, "%s: largest", want.Name)
		if want.Std == 0 {
			assert.Zero(t, std, "%s: deviation", want.Name)
		} else {
			worst.See(want.Name, math.Abs(std-want.Std)/want.Std*math.Sqrt(n), 4)
		}
	}
	worst.Report(t, b0Unet, "deviation of fresh weights, in σ/√n", golden.SMP)
}

func TestInits(t *testing.T) {
	for name, c := range map[string]struct {
		init  nn.Init
		bound float64
	}{
		"TorchDefault":   {nn.TorchDefault, 0.5},
		"KaimingUniform": {nn.KaimingUniform, math.Sqrt(1.5)},
		"XavierUniform":  {nn.XavierUniform, 1},
		"Zero":           {nn.Zero, 0},
	} {
		x := make([]float32, 10000)
		x[0] = 9
		c.init(nn.NewRand(1), 4, 2, x)
		least, most := math.Inf(1), math.Inf(-1)
		for _, v := range x {
			least, most = min(least, float64(v)), max(most, float64(v))
		}
		assert.InDelta(t, c.bound, most, 2e-3*c.bound, name)
		assert.InDelta(t, -c.bound, least, 2e-3*c.bound, name)
	}
	x := make([]float32, 100001)
	nn.Normal(0.5)(nn.NewRand(1), 4, 2, x)
	moments := [4]float64{}
	for _, v := range x {
		for k := range moments {
			moments[k] += math.Pow(2*float64(v), float64(k+1)) / float64(len(x))
		}
	}
	assert.InDeltaSlice(t, []float64{0, 1, 0, 3}, moments[:], 0.1, "moments of normal numbers")
	a, b := nn.NewRand(1).Uint64(), nn.NewRand(2).Uint64()
	assert.NotEqual(t, a, b)
	assert.Equal(t, a, nn.NewRand(1).Uint64())
}

// TestConvLayers compares shapes of parameters and results.
func TestConvLayers(t *testing.T) {
	tape := autograd.NewTape(autograd.Inference)
	x := tape.Input(tensor.Dims(1, 8, 9, 6))
	c := nn.NewConv2D(nn.NewRand(1), 6, 4,
		nn.ConvOptions{Kernel: 3, Stride: 2, Groups: 2, Pad: nn.Pad(1), BiasInit: nn.Zero})
	assert.Equal(t, tensor.Dims(3, 3, 3, 4), c.Weight.Value.Shape)
	assert.Equal(t, tensor.Dims(4), c.Bias.Value.Shape)
	assert.Equal(t, tensor.Dims(1, 4, 5, 4), c.Forward(tape, x).Shape)
	d := nn.NewDepthwiseConv2D(nn.NewRand(1), 6, nn.ConvOptions{Kernel: 3, Dilation: 2, Pad: nn.Pad(2)})
	assert.Equal(t, tensor.Dims(3, 3, 6), d.Weight.Value.Shape)
	assert.Equal(t, tensor.Dims(1, 8, 9, 6), d.Forward(tape, x).Shape)
	assert.Nil(t, d.Bias)
	d = nn.NewDepthwiseConv2D(nn.NewRand(1), 6, nn.ConvOptions{Kernel: 3, Pad: nn.Pad(1), BiasInit: nn.TorchDefault})
	assert.Equal(t, tensor.Dims(6), d.Bias.Value.Shape)
	assert.Equal(t, tensor.Dims(1, 8, 9, 6), d.Forward(tape, x).Shape)
	assert.NotZero(t, d.Bias.Value.Data[0])
	assert.Nil(t, nn.NewConv2D(nn.NewRand(1), 6, 4, nn.ConvOptions{Kernel: 1}).Bias)
}
