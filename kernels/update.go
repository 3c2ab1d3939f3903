package kernels

import "math"

var (
	updateAdamW = newFamily("updateAdamW", updateAdamWGeneric)
	updateSGD   = newFamily("updateSGD", updateSGDGeneric)
)

// AdamWStep is what one step of AdamW does to every parameter alike (Loshchilov and Hutter, "Decoupled Weight
// Decay Regularization", ICLR 2019), with the numbers as PyTorch's AdamW takes them.
type AdamWStep struct {
	LR, Beta1, Beta2, Eps float64
	Decay                 float64 // weight decay, as a part of LR
	Bias1, Bias2          float64 // 1 - Beta1ᵗ and 1 - Beta2ᵗ, t = 1 at the first step
	Scale                 float64 // factor of the gradient, below 1 where it is clipped
}

// adamW holds an AdamWStep's constants, each computed in float64 and rounded once; assembly knows their
// order.
type adamW struct {
	scale, keep, beta1, rest1, beta2, rest2, root, eps, rate float32
}

// AdamW updates the parameters p and the moments m and v from the gradient g, in this order, every operation
// rounded:
//
//	s    = Scale·g[i]
//	m[i] = Beta1·m[i] + (1-Beta1)·s
//	v[i] = Beta2·v[i] + ((1-Beta2)·s)·s
//	p[i] = (1-LR·Decay)·p[i] - ((LR/Bias1)·m[i]) / (√v[i]/√Bias2 + Eps)
func AdamW(step AdamWStep, g, p, m, v []float32) {
	updateAdamW.fn(adamW{
		scale: float32(step.Scale),
		keep:  float32(1 - float64(step.LR*step.Decay)),
		beta1: float32(step.Beta1),
		rest1: float32(1 - step.Beta1),
		beta2: float32(step.Beta2),
		rest2: float32(1 - step.Beta2),
		root:  float32(math.Sqrt(step.Bias2)),
		eps:   float32(step.Eps),
		rate:  float32(step.LR / step.Bias1),
	}, g, p[:len(g)], m[:len(g)], v[:len(g)])
}

// SGDStep is what one step of stochastic gradient descent does to every parameter alike, as PyTorch's SGD
// without dampening.
type SGDStep struct {
	LR, Momentum float64
	Decay        float64 // weight decay, added to the gradient
	Scale        float64 // factor of the gradient, below 1 where it is clipped
	Nesterov     bool
}

type sgd struct {
	scale, decay, momentum, rate float32
	nesterov                     float32 // negative with Nesterov
}

// SGD updates the parameters p and the velocity v, zero before the first step, from the gradient g, in this
// order, every operation rounded:
//
//	s    = Scale·g[i] + Decay·p[i]
//	v[i] = Momentum·v[i] + s
//	p[i] = p[i] - LR·v[i]                    without Nesterov
//	p[i] = p[i] - LR·(s + Momentum·v[i])     with Nesterov
func SGD(step SGDStep, g, p, v []float32) {
	var nesterov float32
	if step.Nesterov {
		nesterov = -1
	}
	updateSGD.fn(sgd{
		scale:    float32(step.Scale),
		decay:    float32(step.Decay),
		momentum: float32(step.Momentum),
		rate:     float32(step.LR),
		nesterov: nesterov,
	}, g, p[:len(g)], v[:len(g)])
}
