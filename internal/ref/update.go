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

// An AdamStep holds the numbers of a step of Adam's family: see kernels.AdamStep.
type AdamStep struct{ Scale, Decay, Keep, Beta1, Beta2, Root, Eps, Rate, Ahead float64 }

// Adam returns a parameter and its moments after one step.
func Adam(s AdamStep, g, p, m, v float64) (p1, m1, v1 float64) {
	g = s.Scale*g + s.Decay*p
	m = s.Beta1*m + (1-s.Beta1)*g
	v = s.Beta2*v + (1-s.Beta2)*g*g
	return s.Keep*p - (s.Rate*m+s.Ahead*g)/(math.Sqrt(v)/s.Root+s.Eps), m, v
}

// Lion returns a parameter and its moment after one step; decay is a part of lr.
func Lion(lr, beta1, beta2, decay, g, p, m float64) (p1, m1 float64) {
	p *= 1 - lr*decay
	switch u := beta1*m + (1-beta1)*g; {
	case u > 0:
		p -= lr
	case u < 0:
		p += lr
	}
	return p, beta2*m + (1-beta2)*g
}
