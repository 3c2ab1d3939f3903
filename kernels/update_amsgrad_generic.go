package kernels

import "math"

func updateAMSGradGeneric(c adam, g, p, m, v, most []float32) {
	for i := range g {
		s := float32(c.scale*g[i]) + float32(c.decay*p[i])
		m[i] = float32(c.beta1*m[i]) + float32(c.rest1*s)
		v[i] = float32(c.beta2*v[i]) + float32(float32(c.rest2*s)*s)
		if v[i] > most[i] {
			most[i] = v[i]
		}
		root := float32(math.Sqrt(float64(most[i]))) // exact: see direction
		p[i] = float32(c.keep*p[i]) - (float32(c.rate*m[i])+float32(c.ahead*s))/(root/c.root+c.eps)
	}
}
