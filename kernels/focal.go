package kernels

import "fmt"

// A SigmoidFocal holds the settings of the focal loss of classes judged apart from each other (Lin et al., "Focal Loss for
// Dense Object Detection", ICCV 2017). With p = σ(x) the loss is
//
//	weight·(on·t·f(1-p)·(-ln p) + off·(1-t)·f(p)·(-ln(1-p))),   f(q) = q^gamma
//
// With Reduced r, f(q) is (q/r)^gamma, and 1 where q is above 1-r: what is far from right counts in full (Sergievskiy and
// Ponamarev, "Reduced Focal Loss: 1st Place Solution to xView Object Detection in Satellite Imagery", 2019).
type SigmoidFocal struct {
	C       int
	Gamma   float32
	On, Off float32   // alpha and 1-alpha of the paper, or 1 and 1
	Reduced float32   // 0 for none
	Weight  []float32 // of the classes; nil means 1 each
}

// Loss returns the sums of the losses and of their weights, in float64 in order. scratch is as long as x.
func (f *SigmoidFocal) Loss(x, t, scratch []float32) (loss, count float64) {
	t, e := t[:len(x)], scratch[:len(x)]
	binaryDecay(x, e)
	for i, j := 0, 0; i < len(x); i++ {
		if t[i] >= 0 {
			w := at(f.Weight, j)
			p, rest := binaryOf(x[i], e[i])
			ln := actLn1p(e[i])
			sum := 0.0
			if t[i] > 0 {
				sum += float64(float32(f.On*t[i]) * float32(f.factor(p, rest)*(ln+max(-x[i], 0))))
			}
			if t[i] < 1 {
				sum += float64(float32(f.Off*(1-t[i])) * float32(f.factor(rest, p)*(ln+max(x[i], 0))))
			}
			loss += float64(float64(w) * sum)
			count += float64(w)
		}
		if j++; j == f.C {
			j = 0
		}
	}
	return loss, count
}

// Grad computes dx = scale·dloss/dx, 0 where nothing counts.
func (f *SigmoidFocal) Grad(x, t []float32, scale float32, dx []float32) {
	t, dx = t[:len(x)], dx[:len(x)]
	binaryDecay(x, dx)
	for i, j := 0, 0; i < len(x); i++ {
		if t[i] >= 0 {
			p, rest := binaryOf(x[i], dx[i])
			ln := actLn1p(dx[i])
			g := float32(0)
			if t[i] > 0 {
				g -= float32(float32(f.On*t[i]) * f.slope(p, rest, ln+max(-x[i], 0)))
			}
			if t[i] < 1 {
				g += float32(float32(f.Off*(1-t[i])) * f.slope(rest, p, ln+max(x[i], 0)))
			}
			dx[i] = scale * float32(at(f.Weight, j)*g)
		} else {
			dx[i] = 0
		}
		if j++; j == f.C {
			j = 0
		}
	}
}

// factor returns f(1-p): rest is 1-p.
func (f *SigmoidFocal) factor(p, rest float32) float32 {
	switch {
	case f.Reduced == 0:
		return focalPow(rest, f.Gamma)
	case p < f.Reduced:
		return 1
	}
	return focalPow(rest/f.Reduced, f.Gamma)
}

// slope returns how f(1-p)·(-ln p) falls with the logit of p: rest is 1-p, and ln is -ln p.
func (f *SigmoidFocal) slope(p, rest, ln float32) float32 {
	if p < f.Reduced {
		return rest
	}
	return f.factor(p, rest) * (rest + float32(float32(f.Gamma*p)*ln))
}

// focalPow returns x^gamma for x from 0 up.
func focalPow(x, gamma float32) float32 {
	switch gamma {
	case 0:
		return 1
	case 1:
		return x
	case 2:
		return x * x
	}
	return actExpOf(float32(gamma * actLn(x)))
}

// Focal is the focal loss of a class among others, (1-p)^Gamma·(-ln p).
type Focal struct{ Gamma float32 }

func (l Focal) value(_, rest, ln float32) float32 { return float32(focalPow(rest, l.Gamma) * ln) }

// slope is (1-p)^gamma + gamma·p·(1-p)^(gamma-1)·(-ln p).
func (l Focal) slope(p, rest, ln float32) float32 {
	return focalPow(rest, l.Gamma) + float32(float32(l.Gamma*p)*float32(focalPow(rest, l.Gamma-1)*ln))
}

// softmaxRows are rows of c logits for losses of a class's probability.
type softmaxRows struct {
	c    int
	x, e []float32 // logits, and their exponentials less the row's largest
}

func (f *softmaxRows) prepare() {
	softmaxShift.fn.most(len(f.x)/f.c, f.c, f.x, nil, f.e)
	actExp.fn(f.e, f.e)
}

// A softmaxRow is what a row makes of a class: 1/Σ e^x, p, 1-p, -ln p.
type softmaxRow struct{ inverse, p, rest, ln float32 }

// row returns what row i makes of class t. 1-p and ln p come from the sum over the other classes, for what is near 1.
func (f *softmaxRows) row(i int, t uint8) softmaxRow {
	e := f.e[i*f.c:][:f.c]
	if int(t) >= f.c {
		panic(fmt.Sprintf("kernels: target %d; there are classes 0 to %d", t, f.c-1))
	}
	others := float32(0)
	for j, v := range e {
		if j != int(t) {
			others += v
		}
	}
	r := softmaxRow{inverse: 1 / (e[t] + others)}
	r.p, r.rest = float32(e[t]*r.inverse), float32(others*r.inverse)
	if r.rest < 0.5 {
		r.ln = actLn1p(others / e[t])
	} else {
		row := f.x[i*f.c:][:f.c]
		r.ln = actLn(e[t]+others) + (softmaxMax(row) - row[t])
	}
	return r
}
