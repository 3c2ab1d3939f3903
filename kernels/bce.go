package kernels

// The functions of this file take rows of c logits that are judged apart from each other, and for each the probability t it
// should have, from 0 to 1; below 0 it does not count (see Labels.Flags, Labels.OneHot).

// A BCE holds the settings of binary cross-entropy. Its loss is
//
//	weight·(-posWeight·s·ln σ(x) - (1-s)·ln(1-σ(x)))   with s = t·(1-smoothing) + (1-t)·smoothing
type BCE struct {
	C         int
	Smoothing float32
	PosWeight []float32 // of the classes; nil means 1 each
	Weight    []float32 // likewise
}

// Loss returns the sums of the losses and of their weights, in float64 in order. scratch is as long as x.
func (b *BCE) Loss(x, t, scratch []float32) (loss, count float64) {
	t, e := t[:len(x)], scratch[:len(x)]
	binaryDecay(x, e)
	product, plain := 1.0, b.PosWeight == nil && b.Weight == nil
	for i, j := 0, 0; i < len(x); i++ {
		if t[i] >= 0 {
			on, off := b.shares(t[i], j)
			if x[i] < 0 {
				loss -= float64(float64(on) * float64(x[i]))
			} else {
				loss += float64(float64(off) * float64(x[i]))
			}
			if plain {
				product *= 1 + float64(e[i])
				if product > 1e250 {
					loss += Log64(product)
					product = 1
				}
			} else {
				loss += float64(float64(on+off) * float64(actLn1p(e[i])))
			}
			count += float64(at(b.Weight, j))
		}
		if j++; j == b.C {
			j = 0
		}
	}
	return loss + Log64(product), count
}

// Grad computes dx = scale·dloss/dx, 0 where nothing counts.
func (b *BCE) Grad(x, t []float32, scale float32, dx []float32) {
	t, dx = t[:len(x)], dx[:len(x)]
	binaryDecay(x, dx)
	for i, j := 0, 0; i < len(x); i++ {
		if t[i] >= 0 {
			on, off := b.shares(t[i], j)
			p, rest := binaryOf(x[i], dx[i])
			dx[i] = scale * (float32(off*p) - float32(on*rest))
		} else {
			dx[i] = 0
		}
		if j++; j == b.C {
			j = 0
		}
	}
}

// BCEEach computes to = -t·ln σ(x) - (1-t)·ln(1-σ(x)), and -1 where nothing counts.
func BCEEach(x, t, to []float32) {
	t, to = t[:len(x)], to[:len(x)]
	binaryDecay(x, to)
	for i, v := range x {
		if t[i] >= 0 {
			to[i] = float32(t[i]*max(-v, 0)) + float32((1-t[i])*max(v, 0)) + actLn1p(to[i])
		} else {
			to[i] = -1
		}
	}
}

// shares returns the factors of -ln σ(x) and of -ln(1-σ(x)) for class j.
func (b *BCE) shares(t float32, j int) (on, off float32) {
	on = float32(t*(1-b.Smoothing)) + float32((1-t)*b.Smoothing)
	off = 1 - on
	if b.PosWeight != nil {
		on *= b.PosWeight[j]
	}
	if b.Weight != nil {
		on *= b.Weight[j]
		off *= b.Weight[j]
	}
	return on, off
}

// at returns the weight of a class.
func at(weight []float32, class int) float32 {
	if weight == nil {
		return 1
	}
	return weight[class]
}

// binaryDecay computes e = e^-|x|.
func binaryDecay(x, e []float32) {
	for i, v := range x {
		if v > 0 {
			v = -v
		}
		e[i] = v
	}
	actExp.fn(e, e)
}

// binaryOf returns σ(x) and 1-σ(x) of e = e^-|x|.
func binaryOf(x, e float32) (p, rest float32) {
	large := 1 / (1 + e)
	small := e * large
	if x < 0 {
		return small, large
	}
	return large, small
}

// actLn1p returns ln(1+e) for e ≥ 0 within 3 ulp.
func actLn1p(e float32) float32 {
	u := 1 + e
	if u == 1 {
		return e
	}
	return actLn(u) * (e / (u - 1))
}
