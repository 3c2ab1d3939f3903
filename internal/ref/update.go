package ref

import "math"

// AdamW returns a parameter and its moments after one step; decay is a part of lr.
func AdamW(lr, beta1, beta2, eps, decay, bias1, bias2, g, p, m, v float64) (p1, m1, v1 float64) {
	p *= 1 - lr*decay
	m = beta1*m + (1-beta1)*g
	v = beta2*v + (1-beta2)*g*g
	return p - lr*(m/bias1)/(math.Sqrt(v/bias2)+eps), m, v
}

// SGD returns a parameter and its velocity after one step.
func SGD(lr, momentum, decay float64, nesterov bool, g, p, v float64) (p1, v1 float64) {
	g += decay * p
	v = momentum*v + g
	if nesterov {
		return p - lr*(g+momentum*v), v
	}
	return p - lr*v, v
}
