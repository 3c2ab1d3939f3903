package kernels

var (
	updateAdam      = newFamily("updateAdam", updateAdamGeneric)
	updateDirection = newFamily("updateDirection", updateDirectionGeneric)
	updateLion      = newFamily("updateLion", updateLionGeneric)
)

// AdamStep is what one step of an optimizer of Adam's family does to every parameter alike. Adam, NAdam, RAdam and
// AdamP keep the same two moments and differ in the numbers here, which package optim works out for each step.
type AdamStep struct {
	Scale        float64 // factor of the gradient, below 1 where it is clipped
	Decay        float64 // weight decay, added to the gradient
	Keep         float64 // factor of the parameter: below 1 where weight decay is decoupled
	Beta1, Beta2 float64
	Root, Eps    float64 // divides the root of the second moment; is added to the quotient
	Rate         float64 // factor of the first moment
	Ahead        float64 // factor of the gradient beside it
}

// adam holds an AdamStep's constants, each computed in float64 and rounded once; assembly knows their order.
type adam struct {
	scale, decay, keep, beta1, rest1, beta2, rest2, root, eps, rate, ahead float32
}

func (s AdamStep) rounded() adam {
	return adam{
		scale: float32(s.Scale),
		decay: float32(s.Decay),
		keep:  float32(s.Keep),
		beta1: float32(s.Beta1),
		rest1: float32(1 - s.Beta1),
		beta2: float32(s.Beta2),
		rest2: float32(1 - s.Beta2),
		root:  float32(s.Root),
		eps:   float32(s.Eps),
		rate:  float32(s.Rate),
		ahead: float32(s.Ahead),
	}
}

// Adam updates the parameters p and the moments m and v from the gradient g, in this order, every operation rounded:
//
//	s    = Scale·g[i] + Decay·p[i]
//	m[i] = Beta1·m[i] + (1-Beta1)·s
//	v[i] = Beta2·v[i] + ((1-Beta2)·s)·s
//	p[i] = Keep·p[i] - (Rate·m[i] + Ahead·s) / (√v[i]/Root + Eps)
func Adam(step AdamStep, g, p, m, v []float32) {
	updateAdam.fn(step.rounded(), g, p[:len(g)], m[:len(g)], v[:len(g)])
}

// AdamDirection is Adam that leaves p alone and writes what would be subtracted from Keep·p[i] over g[i].
func AdamDirection(step AdamStep, p, g, m, v []float32) {
	updateDirection.fn(step.rounded(), p[:len(g)], g, m[:len(g)], v[:len(g)])
}

// LionStep is what one step of Lion does to every parameter alike (Chen et al., "Symbolic Discovery of Optimization
// Algorithms", NeurIPS 2023).
type LionStep struct {
	LR, Beta1, Beta2 float64
	Decay            float64 // weight decay, as a part of LR
	Scale            float64 // factor of the gradient, below 1 where it is clipped
}

type lion struct{ scale, keep, beta1, rest1, beta2, rest2, rate float32 }

// Lion updates the parameters p and the moment m from the gradient g, in this order, every operation rounded; the sign
// of 0 is 0:
//
//	s    = Scale·g[i]
//	p[i] = (1-LR·Decay)·p[i] - LR·sign(Beta1·m[i] + (1-Beta1)·s)
//	m[i] = Beta2·m[i] + (1-Beta2)·s
func Lion(step LionStep, g, p, m []float32) {
	updateLion.fn(lion{
		scale: float32(step.Scale),
		keep:  float32(1 - float64(step.LR*step.Decay)),
		beta1: float32(step.Beta1),
		rest1: float32(1 - step.Beta1),
		beta2: float32(step.Beta2),
		rest2: float32(1 - step.Beta2),
		rate:  float32(step.LR),
	}, g, p[:len(g)], m[:len(g)])
}
