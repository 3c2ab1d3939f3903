package optim

import (
	"math"

	"tessera/autograd"
	"tessera/internal/parallel"
	"tessera/kernels"
)

// A Clipper measures the norm of all gradients together, and limits their elements.
type Clipper struct {
	params  []*autograd.Param
	spans   []span
	squares []float64
	measure func(i, worker int)
	limit   float32
	clamp   func(i, worker int)
}

// NewClipper returns a Clipper of parameters.
func NewClipper(params []*autograd.Param) *Clipper {
	c := &Clipper{params: params, spans: spans(params)}
	c.squares = make([]float64, len(c.spans))
	c.measure = func(i, _ int) {
		s := c.spans[i]
		c.squares[i] = kernels.SumSquares(c.params[s.param].Grad.Data[s.begin:s.end])
	}
	c.clamp = func(i, _ int) {
		s := c.spans[i]
		kernels.Clamp(c.limit, c.params[s.param].Grad.Data[s.begin:s.end])
	}
	return c
}

// Norm returns the square root of the sum of squares of all gradients, in float64. It is NaN or infinite exactly if
// a gradient is.
func (c *Clipper) Norm() float64 {
	parallel.For(len(c.spans), c.measure)
	sum := 0.0
	for _, s := range c.squares {
		sum += s
	}
	return math.Sqrt(sum)
}

// Clamp limits every element of every gradient to [-limit, limit], like PyTorch's clip_grad_value_.
func (c *Clipper) Clamp(limit float64) {
	c.limit = float32(limit)
	parallel.For(len(c.spans), c.clamp)
}

// ClipScale returns the factor that brings gradients of a norm down to a largest norm: 1 if they are not above it or
// limit is 0 (Pascanu et al., ICML 2013; like PyTorch's clip_grad_norm_, limit/(norm+1e-6)).
func ClipScale(norm, limit float64) float32 {
	if limit <= 0 || norm <= limit {
		return 1
	}
	return float32(limit / (norm + 1e-6))
}
