package kernels

import "math"

func updateAdamWGeneric(c adamW, g, p, m, v []float32) {
	for i := range g {
		s := float32(c.scale * g[i])
		m[i] = float32(c.beta1*m[i]) + float32(c.rest1*s)
		v[i] = float32(c.beta2*v[i]) + float32(float32(c.rest2*s)*s)
		root := float32(math.Sqrt(float64(v[i]))) // as exact as a root in float32: 53 > 2·24+1 bits
		p[i] = float32(c.keep*p[i]) - float32(c.rate*m[i])/(root/c.root+c.eps)
	}
}

func updateSGDGeneric(c sgd, g, p, v []float32) {
	for i := range g {
		s := float32(c.scale*g[i]) + float32(c.decay*p[i])
		d := float32(c.momentum*v[i]) + s
		v[i] = d
		if c.nesterov < 0 {
			d = s + float32(c.momentum*d)
		}
		p[i] -= float32(c.rate * d)
	}
}
