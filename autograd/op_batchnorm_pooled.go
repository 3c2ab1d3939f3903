package autograd

import (
	"math"

	"tessera/tensor"
)

// BatchNormPooled is BatchNorm of averages over images, x [N, 1, 1, C], with the activation Identity or WithReLU. The
// averages of a few images may differ by little beside their size: so in training it subtracts the mean first, and
// computes in float64, where BatchNorm scales and shifts and would lose what they differ by.
func BatchNormPooled(t *Tape, x, gamma, beta *Var, stats BatchStats, act Activation) *Var {
	n, h, w, c := x.Shape.NHWC()
	if h != 1 || w != 1 || act != Identity && act != WithReLU {
		panic(&tensor.ShapeError{Op: "batch norm of averages", Got: []tensor.Shape{x.Shape},
			Detail: "want one pixel an image, and ReLU or no activation"})
	}
	if !stats.measures(t) {
		return BatchNorm(t, x, gamma, beta, stats, act)
	}
	o, y := t.record("batch norm of averages", x.Shape, x, gamma, beta)
	b := newBatchNorm(x, gamma, beta, y, stats, act)
	b.tape = t
	o.keep, o.adds = []*Var{x, gamma, y}, []*Var{gamma, beta}
	p := &pooledNorm{batchNorm: b, n: n, mean: make([]float64, c), istd: make([]float64, c)}
	const channels = 64 // of a task
	normalise := eachOf(c, channels, p.forward)
	o.forward = func() {
		normalise()
		if !t.Again {
			*stats.Batches++
		}
	}
	o.backward = eachOf(c, channels, p.backward)
	return y
}

// A pooledNorm is a recorded BatchNormPooled.
type pooledNorm struct {
	*batchNorm
	n          int
	mean, istd []float64
}

// forward computes channels of y.
func (p *pooledNorm) forward(begin, end int) {
	x, y, n := p.x.value.data, p.y.value.data, float64(p.n)
	for j := begin; j < end; j++ {
		mean, variance := 0.0, 0.0
		for i := range p.n {
			mean += float64(x[i*p.c+j])
		}
		mean /= n
		for i := range p.n {
			d := float64(x[i*p.c+j]) - mean
			variance += float64(d * d)
		}
		variance /= n
		p.mean[j], p.istd[j] = mean, 1/math.Sqrt(variance+p.stats.Eps)
		a, shift := float64(p.gamma.value.data[j])*p.istd[j], float64(p.beta.value.data[j])
		for i := range p.n {
			v := float32(float64((float64(x[i*p.c+j])-mean)*a) + shift)
			if p.act == WithReLU && v <= 0 {
				v = 0
			}
			y[i*p.c+j] = v
		}
		if !p.tape.Again {
			p.stats.move(j, n, p.momentum(), mean, variance)
		}
	}
}

// backward computes the gradients of channels: with z = (x-μ)/σ, dx = γ/σ·(dy - mean dy - z·mean(dy·z)).
func (p *pooledNorm) backward(begin, end int) {
	for j := begin; j < end; j++ {
		sum, dot := 0.0, 0.0
		for i := range p.n {
			g, z := p.at(i, j)
			sum += g
			dot += float64(g * z)
		}
		if p.gamma.needsGrad {
			p.gamma.grad.data[j] += float32(dot)
		}
		if p.beta.needsGrad {
			p.beta.grad.data[j] += float32(sum)
		}
		if !p.x.needsGrad {
			continue
		}
		a, n := float64(p.gamma.value.data[j])*p.istd[j], float64(p.n)
		for i := range p.n {
			g, z := p.at(i, j)
			d := float32(a * (g - sum/n - float64(z*dot/n)))
			if p.x.accumulate {
				d += p.x.grad.data[i*p.c+j]
			}
			p.x.grad.data[i*p.c+j] = d
		}
	}
}

// at returns the gradient before the activation and the normalised value of an image and a channel.
func (p *pooledNorm) at(image, channel int) (g, z float64) {
	i := image*p.c + channel
	if p.act == Identity || p.y.value.data[i] > 0 {
		g = float64(p.y.grad.data[i])
	}
	return g, (float64(p.x.value.data[i]) - p.mean[channel]) * p.istd[channel]
}
