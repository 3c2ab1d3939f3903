package optim

import "math"

// A Schedule gives the learning rate of a step, counted from 0. It is a pure function, so that a resumed run needs no
// state; Plateau's is the one exception.
type Schedule func(step int) float64

// Constant keeps a rate.
func Constant(rate float64) Schedule { return func(int) float64 { return rate } }

// Cosine falls from rate to final along half a cosine within so many steps and stays there (Loshchilov and Hutter,
// "SGDR", ICLR 2017, without restarts).
func Cosine(rate, final float64, steps int) Schedule {
	return func(step int) float64 {
		if step >= steps {
			return final
		}
		return final + float64((rate-final)*(1+float64(cosPi(float64(step)/float64(max(1, steps)))))/2)
	}
}

// Warmup rises linearly to a schedule within so many steps, so that step warm-1 has its full rate. The schedule
// counts its own steps from the end of the warm-up.
func Warmup(warm int, then Schedule) Schedule {
	return func(step int) float64 {
		if step < warm {
			return then(0) * float64(step+1) / float64(warm)
		}
		return then(step - warm)
	}
}

// WarmupFrom rises linearly to a schedule within so many steps, from a factor of its rate, so that step warm has its full rate
// (PyTorch's LinearLR, whose start_factor is 1/3 and total_iters 5, ahead of the schedule). The schedule counts its own steps from
// the end of the warm-up.
func WarmupFrom(factor float64, warm int, then Schedule) Schedule {
	return func(step int) float64 {
		if step < warm {
			return then(0) * (factor + float64((1-factor)*float64(step)/float64(warm)))
		}
		return then(step - warm)
	}
}

// cosPi returns cos(πx) for x in [0, 1] from a Taylor polynomial on a quarter turn: the library's cosine may differ
// between processors, and the learning rate must not.
func cosPi(x float64) float64 {
	if x > 0.5 {
		return -cosPi(1 - x)
	}
	sine := x > 0.25
	if sine {
		x = 0.5 - x
	}
	z := math.Pi * x
	sum, term, first := 1.0, 1.0, 1.0
	if sine {
		sum, term, first = z, z, 2
	}
	for k := first; k < first+20; k += 2 {
		term = -term * z * z / (k * (k + 1))
		sum += float64(term)
	}
	return sum
}
