package kernels

import "math"

func updateAdamGeneric(c adam, g, p, m, v []float32) {
	for i := range g {
		p[i] = float32(c.keep*p[i]) - c.direction(i, g, p, m, v)
	}
}

func updateDirectionGeneric(c adam, p, g, m, v []float32) {
	for i := range g {
		g[i] = c.direction(i, g, p, m, v)
	}
}

// direction updates the moments of one parameter and returns what is to be subtracted from it.
func (c *adam) direction(i int, g, p, m, v []float32) float32 {
	s := float32(c.scale*g[i]) + float32(c.decay*p[i])
	m[i] = float32(c.beta1*m[i]) + float32(c.rest1*s)
	v[i] = float32(c.beta2*v[i]) + float32(float32(c.rest2*s)*s)
	root := float32(math.Sqrt(float64(v[i]))) // as exact as a root in float32: 53 > 2·24+1 bits
	return (float32(c.rate*m[i]) + float32(c.ahead*s)) / (root/c.root + c.eps)
}

func updateLionGeneric(c lion, g, p, m []float32) {
	for i := range g {
		s := float32(c.scale * g[i])
		u := float32(c.beta1*m[i]) + float32(c.rest1*s)
		move := float32(0)
		switch {
		case u > 0:
			move = c.rate
		case u < 0:
			move = -c.rate
		}
		p[i] = float32(c.keep*p[i]) - move
		m[i] = float32(c.beta2*m[i]) + float32(c.rest2*s)
	}
}
