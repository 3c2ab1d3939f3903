package optim

import "slices"

// CosineRestarts falls from rate to final along half a cosine within the first so many steps, begins again from rate,
// and takes mult times as many steps for each further fall (Loshchilov and Hutter, "SGDR", ICLR 2017; PyTorch's
// CosineAnnealingWarmRestarts with T_0 and T_mult).
func CosineRestarts(rate, final float64, steps, mult int) Schedule {
	steps, mult = max(1, steps), max(1, mult)
	return func(step int) float64 {
		length := steps
		if mult == 1 {
			step %= length
		}
		for step >= length {
			step -= length
			length *= mult
		}
		return Cosine(rate, final, length)(step)
	}
}

// StepDecay multiplies the rate by gamma every so many steps (PyTorch's StepLR).
func StepDecay(rate, gamma float64, steps int) Schedule {
	return func(step int) float64 { return rate * power(gamma, int64(step/max(1, steps))) }
}

// MultiStep multiplies the rate by gamma at each of the steps (PyTorch's MultiStepLR).
func MultiStep(rate, gamma float64, steps ...int) Schedule {
	steps = slices.Sorted(slices.Values(steps))
	return func(step int) float64 {
		passed, _ := slices.BinarySearch(steps, step+1) // those up to step
		return rate * power(gamma, int64(passed))
	}
}

// Exponential multiplies the rate by gamma within so many steps, by an equal part in each of them (PyTorch's
// ExponentialLR where steps is 1).
func Exponential(rate, gamma float64, steps int) Schedule {
	each := pow(gamma, 1/float64(max(1, steps)))
	return func(step int) float64 { return rate * power(each, int64(step)) }
}

// Polynomial falls from rate to final as the given power of the part of the steps that is left (PyTorch's PolynomialLR
// where final is 0; Liu et al., "ParseNet", 2015, with power 0.9).
func Polynomial(rate, final, exponent float64, steps int) Schedule {
	return func(step int) float64 {
		if step >= steps {
			return final
		}
		return final + float64((rate-final)*pow(1-float64(step)/float64(steps), exponent))
	}
}

// OneCycleOptions shape a one-cycle schedule; DefaultOneCycle has PyTorch's.
type OneCycleOptions struct {
	PctStart   float64 // part of the steps in which the rate rises
	Div        float64 // the rate begins at its peak divided by this
	FinalDiv   float64 // and ends at its beginning divided by this
	Linear     bool    // along straight lines instead of cosines
	ThreePhase bool    // falls back to the beginning as long as it rose, and then to the end
}

// DefaultOneCycle rises for 0.3 of the steps, from a 25th of the peak, and ends at a 10⁴th of where it began.
var DefaultOneCycle = OneCycleOptions{PctStart: 0.3, Div: 25, FinalDiv: 1e4}

// OneCycle rises to peak and falls far below where it began within so many steps, where it stays (Smith and Topin,
// "Super-Convergence", 2018; PyTorch's OneCycleLR). OneCycleMomentum goes with it.
func OneCycle(peak float64, steps int, o OneCycleOptions) Schedule {
	begin := peak / o.Div
	return o.course(begin, peak, begin/o.FinalDiv, steps)
}

// OneCycleMomentum is the momentum beside OneCycle: it falls from most to least while the rate rises, and comes back
// (cycle_momentum of PyTorch's OneCycleLR). See Cyclable.
func OneCycleMomentum(least, most float64, steps int, o OneCycleOptions) Schedule {
	return o.course(most, least, most, steps)
}

// course goes from begin to peak, and to final; with three phases by way of begin.
func (o OneCycleOptions) course(begin, peak, final float64, steps int) Schedule {
	type phase struct{ until, rate float64 }
	last := float64(steps - 1)
	phases := []phase{{float64(o.PctStart*float64(steps)) - 1, peak}, {last, final}}
	if o.ThreePhase {
		phases = []phase{phases[0], {float64(2*o.PctStart*float64(steps)) - 2, begin}, {last, final}}
	}
	return func(step int) float64 {
		x, from, rate := float64(step), 0.0, begin
		for _, p := range phases {
			if x <= p.until && p.until > from {
				return anneal(rate, p.rate, (x-from)/(p.until-from), o.Linear)
			}
			from, rate = max(0, p.until), p.rate
		}
		return final
	}
}

// SWA follows a schedule until the given step, then goes from the rate there to another within so many steps and stays
// at it, for weights to be averaged (PyTorch's SWALR).
func SWA(before Schedule, start int, rate float64, steps int, linear bool) Schedule {
	return func(step int) float64 {
		if step < start {
			return before(step)
		}
		part := min(1, float64(step-start)/float64(max(1, steps)))
		if steps <= 0 {
			part = 1
		}
		return anneal(before(start), rate, part, linear)
	}
}

// CyclicSWA follows a schedule until the given step, then goes from high to low within every so many steps, beginning again
// from high, for weights to be averaged where the rate is low: step i of a cycle of c steps, counted from 1, has the rate at
// i/c of the way (Izmailov et al., "Averaging Weights Leads to Wider Optima and Better Generalization", UAI 2018, section
// 3.1, along a line).
func CyclicSWA(before Schedule, start int, high, low float64, steps int, linear bool) Schedule {
	steps = max(1, steps)
	return func(step int) float64 {
		if step < start {
			return before(step)
		}
		return anneal(high, low, float64((step-start)%steps+1)/float64(steps), linear)
	}
}

// anneal returns what lies at a part in [0, 1] of the way, along a straight line or half a cosine.
func anneal(from, to, part float64, linear bool) float64 {
	if !linear {
		part = (1 - cosPi(part)) / 2
	}
	return from + float64((to-from)*part)
}
