package kernels

// A Bootstrap is bootstrapped cross-entropy (Reed et al., "Training Deep Neural Networks on Noisy Labels with Bootstrapping", ICLR
// 2015 workshop): the target is Beta parts what the label says and the rest what the model says itself. Soft, that is its
// probabilities s, and the loss is
//
//	weight·(-Beta·ln s[label] - (1-Beta)·Σ s·ln s)
//
// and hard, it is the class z of the largest, the first of equals, which is held fixed in the gradient: -(1-Beta)·ln s[z]. The
// weight is that of the label's class.
type Bootstrap struct {
	C      int
	Beta   float32
	Hard   bool
	Weight []float32 // of the classes; nil means 1 each
}

// A bootstrapRow is what the softmax of a row says by itself.
type bootstrapRow struct {
	most    float32 // logit
	top     int     // its class
	ln      float32 // of the sum of e^(x-most)
	inverse float32 // of that sum
	own     float32 // loss by its own probabilities
}

func (b *Bootstrap) row(x, e []float32) bootstrapRow {
	r := bootstrapRow{most: softmaxMax(x)}
	sum := softmaxSum(e)
	r.ln, r.inverse = actLn(sum), 1/sum
	for x[r.top] != r.most && r.top < len(x)-1 {
		r.top++
	}
	if b.Hard {
		r.own = r.ln
		return r
	}
	for j, v := range x {
		r.own += float32(float32(e[j]*r.inverse) * (r.ln + (r.most - v)))
	}
	return r
}

// Loss is that of SoftmaxLoss.
func (b *SoftmaxBootstrap) Loss(ignore int, x []float32, target Labels, scratch []float32) (loss, count float64) {
	f := softmaxRows{c: b.C, x: x, e: scratch[:len(x)]}
	f.prepare()
	for i := range target.Class {
		if target.Ignored(i, ignore) {
			continue
		}
		row := x[i*b.C:][:b.C]
		r := b.row(row, f.e[i*b.C:][:b.C])
		for k := range target.parts() {
			t, share := target.part(i, k)
			w := float32(at(b.Weight, int(t)) * share)
			value := float32(b.Beta*f.row(i, t).ln) + float32((1-b.Beta)*r.own)
			loss += float64(float64(w) * float64(value))
			count += float64(w)
		}
	}
	return loss, count
}

// A SoftmaxBootstrap is a Bootstrap of classes that exclude each other.
type SoftmaxBootstrap struct{ Bootstrap }

// Grad computes dx = scale·dloss/dx, 0 in an ignored row. dx must not be x.
func (b *SoftmaxBootstrap) Grad(ignore int, x []float32, target Labels, scale float32, dx []float32) {
	f := softmaxRows{c: b.C, x: x, e: dx[:len(x)]}
	f.prepare()
	for i := range target.Class {
		row := f.e[i*b.C:][:b.C]
		if target.Ignored(i, ignore) {
			clear(row)
			continue
		}
		logits := x[i*b.C:][:b.C]
		r := b.row(logits, row)
		all := float32(0) // weights of the row
		for k := range target.parts() {
			t, share := target.part(i, k)
			all += float32(at(b.Weight, int(t)) * share)
		}
		b.own(logits, row, r, float32(scale*all))
		for k := range target.parts() {
			t, share := target.part(i, k)
			row[t] -= float32(float32(scale*b.Beta) * float32(at(b.Weight, int(t))*share))
		}
	}
}

// own makes the gradient of all but the label's term of the exponentials in row.
func (b *Bootstrap) own(x, row []float32, r bootstrapRow, scale float32) {
	if b.Hard {
		elemScaleGeneric(float32(scale*r.inverse), row, row)
		row[r.top] -= float32(scale * (1 - b.Beta))
		return
	}
	for j, v := range x {
		s := float32(row[j] * r.inverse)
		row[j] = scale * float32(s*(b.Beta+float32((1-b.Beta)*((r.ln+(r.most-v))-r.own))))
	}
}

// A SigmoidBootstrap is a Bootstrap of logits that are judged apart from each other, of what t says of them, -1 for nothing. A
// logit of 0 says no.
type SigmoidBootstrap struct{ Bootstrap }

// Loss returns the sums of the losses and of their weights, in float64 in order. scratch is as long as x.
func (b *SigmoidBootstrap) Loss(x, t, scratch []float32) (loss, count float64) {
	t, e := t[:len(x)], scratch[:len(x)]
	binaryDecay(x, e)
	for i := range x {
		if t[i] < 0 {
			continue
		}
		ln := actLn1p(e[i])
		yes, no := ln+max(-x[i], 0), ln+max(x[i], 0) // -ln σ(x), -ln(1-σ(x))
		own := min(yes, no)
		if !b.Hard {
			p, rest := binaryOf(x[i], e[i])
			own = float32(p*yes) + float32(rest*no)
		}
		value := float32(b.Beta*(float32(t[i]*yes)+float32((1-t[i])*no))) + float32((1-b.Beta)*own)
		w := at(b.Weight, i%b.C)
		loss += float64(float64(w) * float64(value))
		count += float64(w)
	}
	return loss, count
}

// Grad computes dx = scale·dloss/dx, 0 where nothing counts.
func (b *SigmoidBootstrap) Grad(x, t []float32, scale float32, dx []float32) {
	t, dx = t[:len(x)], dx[:len(x)]
	binaryDecay(x, dx)
	for i := range x {
		if t[i] < 0 {
			dx[i] = 0
			continue
		}
		p, rest := binaryOf(x[i], dx[i])
		own := -float32(float32(p*rest) * x[i])
		if b.Hard {
			if own = p; x[i] > 0 {
				own = -rest
			}
		}
		g := float32(b.Beta*(float32((1-t[i])*p)-float32(t[i]*rest))) + float32((1-b.Beta)*own)
		dx[i] = scale * float32(at(b.Weight, i%b.C)*g)
	}
}
