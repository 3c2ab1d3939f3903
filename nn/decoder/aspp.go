package decoder

import (
	"math/rand/v2"

	"tessera/autograd"
	"tessera/nn"
)

// ASPP looks at a map through windows of several widths at once: atrous spatial pyramid pooling (Chen et al.,
// "Rethinking Atrous Convolution for Semantic Image Segmentation", arXiv:1706.05587).
type ASPP struct {
	Convs   []any       `name:"convs"` // a 1×1 convolution, three spread ones, the pool
	Project *ConvBNReLU `name:"project"`

	dropout float64
}

// A branch is a part of ASPP.
type branch interface {
	Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var
}

// SeparableBNReLU is a depthwise convolution, a 1×1 one, batch normalisation and ReLU.
type SeparableBNReLU struct {
	Depth *nn.DepthwiseConv2D `name:"0.0"`
	Point *nn.Conv2D          `name:"0.1"`
	BN    *nn.BatchNorm       `name:"1"`
}

// ASPPPool is the branch that sees the mean of the whole map.
type ASPPPool struct {
	Conv *nn.Conv2D    `name:"1"`
	BN   *nn.BatchNorm `name:"2"`
}

func newASPP(rng *rand.Rand, ic, oc int, rates [3]int, separable bool, dropout float64) *ASPP {
	a := &ASPP{dropout: dropout, Convs: []any{newPlain(rng, ic, oc, nn.ConvOptions{Kernel: 1})}}
	for _, rate := range rates {
		if separable {
			a.Convs = append(a.Convs, newSeparable(rng, ic, oc, rate))
		} else {
			a.Convs = append(a.Convs, newPlain(rng, ic, oc, atrous(rate)))
		}
	}
	pool := &ASPPPool{nn.NewConv2D(rng, ic, oc, nn.ConvOptions{Kernel: 1}), newNorm(oc, autograd.WithReLU)}
	a.Convs = append(a.Convs, pool)
	a.Project = newPlain(rng, len(a.Convs)*oc, oc, nn.ConvOptions{Kernel: 1})
	return a
}

// atrous are the options of a 3×3 window spread by rate that keeps the size.
func atrous(rate int) nn.ConvOptions {
	return nn.ConvOptions{Kernel: 3, Dilation: rate, Pad: nn.Pad(rate)}
}

// newPlain makes a convolution, batch normalisation and ReLU. Its weights start by PyTorch's rule, as all of the
// DeepLabs: upstream does not initialise them by its own.
func newPlain(rng *rand.Rand, ic, oc int, o nn.ConvOptions) *ConvBNReLU {
	return &ConvBNReLU{nn.NewConv2D(rng, ic, oc, o), newNorm(oc, autograd.WithReLU)}
}

// newSeparable makes a separable 3×3 convolution spread by rate.
func newSeparable(rng *rand.Rand, ic, oc, rate int) *SeparableBNReLU {
	return &SeparableBNReLU{nn.NewDepthwiseConv2D(rng, ic, atrous(rate)),
		nn.NewConv2D(rng, ic, oc, nn.ConvOptions{Kernel: 1}), newNorm(oc, autograd.WithReLU)}
}

// Forward convolves x [N, H, W, C].
func (s *SeparableBNReLU) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	return nn.ConvNorm(t, s.Depth.Forward(t, x), s.Point, s.BN)
}

// Forward returns a map of the size of x whose pixels are all the same. In training with a batch of one it sees nothing
// of x, because normalising one pixel leaves only the shift.
func (p *ASPPPool) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	y := p.BN.ForwardPooled(t, p.Conv.Forward(t, autograd.GlobalAverage(t, x)))
	return autograd.ResizeNearest(t, y, x.Shape.Dim(1), x.Shape.Dim(2))
}

// Forward joins what the branches see of x [N, H, W, C].
func (a *ASPP) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	var seen []*autograd.Var
	for _, b := range a.Convs {
		seen = append(seen, b.(branch).Forward(t, x))
	}
	return autograd.Dropout(t, a.Project.Forward(t, autograd.Concat(t, seen...)), a.dropout)
}
