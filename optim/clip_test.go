package optim

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/autograd"
	"tessera/internal/golden"
	"tessera/tensor"
)

func TestClippingAgreesWithPyTorch(t *testing.T) {
	var file golden.Optim
	golden.Load(t, "optim.json", &file)
	assert.NotEmpty(t, file.Clips)
	for _, c := range file.Clips {
		var worst golden.Worst
		var params []*autograd.Param
		for _, g := range c.Before {
			p := autograd.NewParam("C", tensor.Dims(len(g)))
			set(p.Grad.Data, g)
			params = append(params, p)
		}
		norm := NewClipper(params).Norm()
		assert.InDelta(t, c.Norm, norm, 1e-12)
		scale := ClipScale(norm, c.MaxNorm)
		for i, p := range params {
			for j := range p.Grad.Data {
				p.Grad.Data[j] *= scale
			}
			for j, want := range c.After[i] {
				worst.See("gradient", math.Abs(float64(p.Grad.Data[j])-want), 2e-7)
			}
		}
		worst.Report(t, "clipping by the norm", "gradients", golden.PyTorch)
	}
}

func TestClipScale(t *testing.T) {
	assert.EqualValues(t, 1, ClipScale(100, 0), "no limit")
	assert.EqualValues(t, 1, ClipScale(2, 2), "at the limit")
	assert.EqualValues(t, float32(0.5/(1+1e-6)), ClipScale(1, 0.5))
}

func TestNormOfWhatIsNotFinite(t *testing.T) {
	params := manyParams()
	c := NewClipper(params)
	assert.Zero(t, c.Norm())
	params[3].Grad.Data[spanFloats+3] = float32(math.Inf(-1))
	assert.True(t, math.IsInf(c.Norm(), 1))
	params[0].Grad.Data[6] = float32(math.NaN())
	assert.True(t, math.IsNaN(c.Norm()))
	params[0].Grad.Data[6], params[3].Grad.Data[spanFloats+3] = math.MaxFloat32, math.MaxFloat32
	assert.InEpsilon(t, math.MaxFloat32*math.Sqrt2, c.Norm(), 1e-12, "large is not infinite")
	params[2].Grad.Data[0] = float32(math.NaN())
	assert.False(t, math.IsNaN(c.Norm()), "a frozen parameter does not count")
}
