package nn

import (
	"tessera/autograd"
	"tessera/tensor"
)

// BatchNorm normalises each channel and applies an activation in the same pass. While its scale is frozen (see Freeze) it
// does so by its running statistics in training too, and keeps them.
type BatchNorm struct {
	Weight *autograd.Param `name:"weight"` // scale γ [C]
	Bias   *autograd.Param `name:"bias"`   // shift β [C]

	RunningMean *tensor.Tensor `name:"running_mean"`
	RunningVar  *tensor.Tensor `name:"running_var"`
	Batches     *int64         `name:"num_batches_tracked"`

	Act           autograd.Activation
	eps, momentum float64
}

// NewBatchNorm makes a batch normalisation of c channels. momentum is the weight of a new batch in the running
// statistics, as PyTorch counts it.
func NewBatchNorm(c int, eps, momentum float64, act autograd.Activation) *BatchNorm {
	b := &BatchNorm{Act: act, eps: eps, momentum: momentum, Batches: new(int64)}
	b.Weight = newParam("C", ones, c)
	b.Bias = newParam("C", func([]float32) {}, c)
	b.RunningMean = tensor.New(tensor.Float32, tensor.Dims(c))
	b.RunningVar = tensor.New(tensor.Float32, tensor.Dims(c))
	ones(b.RunningVar.Data)
	return b
}

// Forward normalises x [N, H, W, C].
func (b *BatchNorm) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	return autograd.BatchNorm(t, x, t.Param(b.Weight), t.Param(b.Bias), b.stats(), b.Act)
}

// ForwardPooled is Forward for averages over images, x [N, 1, 1, C], of which a batch has few: it loses nothing where they
// differ by little. See autograd.BatchNormPooled.
func (b *BatchNorm) ForwardPooled(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	return autograd.BatchNormPooled(t, x, t.Param(b.Weight), t.Param(b.Bias), b.stats(), b.Act)
}

func (b *BatchNorm) stats() autograd.BatchStats {
	return autograd.BatchStats{Mean: b.RunningMean, Var: b.RunningVar, Batches: b.Batches,
		Momentum: b.momentum, Eps: b.eps, Fixed: b.Weight.Frozen}
}

// ConvNorm convolves x [N, H, W, IC] and normalises: b.Forward of c.Forward, in inference as one operation. It panics if the
// convolution has a bias.
func ConvNorm(t *autograd.Tape, x *autograd.Var, c *Conv2D, b *BatchNorm) *autograd.Var {
	if c.Bias != nil {
		panic("nn.ConvNorm: a convolution before a normalisation has no bias")
	}
	return autograd.ConvBatchNorm(t, x, t.Param(c.Weight), c.groups, c.window,
		t.Param(b.Weight), t.Param(b.Bias), b.stats(), b.Act)
}

// UpsampleConvNorm enlarges x twice, joins skip unless it is nil, convolves with a 3×3 window padded by one, and
// normalises. It panics if the convolution has a bias.
func UpsampleConvNorm(t *autograd.Tape, x, skip *autograd.Var, c *Conv2D, b *BatchNorm) *autograd.Var {
	if c.Bias != nil {
		panic("nn.UpsampleConvNorm: a convolution before a normalisation has no bias")
	}
	return autograd.UpsampleConvBatchNorm(t, x, skip, t.Param(c.Weight),
		t.Param(b.Weight), t.Param(b.Bias), b.stats(), b.Act)
}

// DepthwiseConvNorm convolves each channel of x [N, H, W, C] by itself and normalises.
func DepthwiseConvNorm(t *autograd.Tape, x *autograd.Var, d *DepthwiseConv2D, b *BatchNorm) *autograd.Var {
	return autograd.DepthwiseConvBatchNorm(t, x, t.Param(d.Weight), d.window,
		t.Param(b.Weight), t.Param(b.Bias), b.stats(), b.Act)
}

// ScaledConvNorm scales each channel of each image of x [N, H, W, IC] by s [N, 1, 1, IC], convolves and normalises. It
// panics if the convolution has a bias or groups.
func ScaledConvNorm(t *autograd.Tape, x, s *autograd.Var, c *Conv2D, b *BatchNorm) *autograd.Var {
	if c.Bias != nil || c.groups > 1 {
		panic("nn.ScaledConvNorm: a convolution with a bias or groups")
	}
	return autograd.ScaledConvBatchNorm(t, x, s, t.Param(c.Weight), c.window,
		t.Param(b.Weight), t.Param(b.Bias), b.stats(), b.Act)
}
