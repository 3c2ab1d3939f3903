package nn

import "tessera/autograd"

// GroupNorm normalises groups of channels of each image and applies an activation in the same pass.
type GroupNorm struct {
	Weight *autograd.Param `name:"weight"` // scale γ [C]
	Bias   *autograd.Param `name:"bias"`   // shift β [C]

	Act    autograd.Activation
	groups int
	eps    float64
}

// NewGroupNorm makes a group normalisation of c channels, a multiple of groups. The activation is Identity or WithReLU.
func NewGroupNorm(groups, c int, eps float64, act autograd.Activation) *GroupNorm {
	return &GroupNorm{Act: act, groups: groups, eps: eps,
		Weight: newParam("C", ones, c), Bias: newParam("C", func([]float32) {}, c)}
}

// Forward normalises x [N, H, W, C].
func (g *GroupNorm) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	return autograd.GroupNorm(t, x, t.Param(g.Weight), t.Param(g.Bias), g.groups, g.eps, g.Act)
}

// LayerNorm normalises the channels of each pixel.
type LayerNorm struct {
	Weight *autograd.Param `name:"weight"` // scale γ [C]
	Bias   *autograd.Param `name:"bias"`   // shift β [C]

	eps float64
}

// NewLayerNorm makes a layer normalisation of c channels.
func NewLayerNorm(c int, eps float64) *LayerNorm {
	return &LayerNorm{eps: eps, Weight: newParam("C", ones, c), Bias: newParam("C", func([]float32) {}, c)}
}

// Forward normalises x [N, H, W, C].
func (l *LayerNorm) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	return autograd.LayerNorm(t, x, t.Param(l.Weight), t.Param(l.Bias), l.eps)
}
