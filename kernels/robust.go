package kernels

// A PixelLoss is a loss of the probability p that a pixel's label has: rest is 1-p, and ln is -ln p.
type PixelLoss interface {
	value(p, rest, ln float32) float32
	slope(p, rest, ln float32) float32 // by how much the loss falls with ln p: -p·dloss/dp
}

// GCE is generalized cross-entropy, (1 - p^Q)/Q with Q from above 0 to 1: near 0 it is cross-entropy, and 1 is the mean absolute
// error, which noise in the labels does not mislead (Zhang and Sabuncu, "Generalized Cross Entropy Loss for Training Deep Neural
// Networks with Noisy Labels", NeurIPS 2018).
type GCE struct{ Q float32 }

func (l GCE) value(_, _, ln float32) float32 { return (1 - actExpOf(-float32(l.Q*ln))) / l.Q }
func (l GCE) slope(_, _, ln float32) float32 { return actExpOf(-float32(l.Q * ln)) }

// SCE is symmetric cross-entropy, Alpha·(-ln p) + Beta·LogZero·(1-p): cross-entropy, and cross-entropy with label and prediction
// exchanged, in which -ln 0 is taken for LogZero (Wang et al., "Symmetric Cross Entropy for Robust Learning with Noisy Labels", ICCV
// 2019, where A is -LogZero).
type SCE struct{ Alpha, Beta, LogZero float32 }

func (l SCE) value(_, rest, ln float32) float32 {
	return float32(l.Alpha*ln) + float32(float32(l.Beta*l.LogZero)*rest)
}

func (l SCE) slope(p, _, _ float32) float32 {
	return l.Alpha + float32(float32(l.Beta*l.LogZero)*p)
}

// A SoftmaxLoss is a PixelLoss of the softmax of rows of C logits.
type SoftmaxLoss struct {
	C      int
	Of     PixelLoss
	Weight []float32 // of the classes; nil means 1 each
}

// Loss returns the sums, over the rows that count, of weighted losses and of weights, in float64 in order. That of a mixed row is
// the sum of both classes' losses, times their shares. It panics if a target is neither ignore nor below C. scratch is as long as x.
func (l *SoftmaxLoss) Loss(ignore int, x []float32, target Labels, scratch []float32) (loss, count float64) {
	f := softmaxRows{c: l.C, x: x, e: scratch[:len(x)]}
	f.prepare()
	for i := range target.Class {
		if target.Ignored(i, ignore) {
			continue
		}
		for k := range target.parts() {
			t, share := target.part(i, k)
			r := f.row(i, t)
			w := float32(at(l.Weight, int(t)) * share)
			loss += float64(float64(w) * float64(l.Of.value(r.p, r.rest, r.ln)))
			count += float64(w)
		}
	}
	return loss, count
}

// Grad computes dx = scale·dloss/dx, 0 in an ignored row. dx must not be x.
func (l *SoftmaxLoss) Grad(ignore int, x []float32, target Labels, scale float32, dx []float32) {
	f := softmaxRows{c: l.C, x: x, e: dx[:len(x)]}
	f.prepare()
	for i := range target.Class {
		row := f.e[i*l.C:][:l.C]
		if target.Ignored(i, ignore) {
			clear(row)
			continue
		}
		var class [2]uint8
		var slope [2]float32
		all, inverse := float32(0), float32(0)
		n := target.parts()
		for k := range n {
			t, share := target.part(i, k)
			r := f.row(i, t)
			class[k], inverse = t, r.inverse
			slope[k] = float32(scale * float32(float32(at(l.Weight, int(t))*share)*l.Of.slope(r.p, r.rest, r.ln)))
			all += slope[k]
		}
		elemScaleGeneric(float32(all*inverse), row, row)
		for k := range n {
			row[class[k]] -= slope[k]
		}
	}
}

// A SigmoidLoss is a PixelLoss of logits that are judged apart from each other, of what t says of them, -1 for nothing: the loss of
// σ(x) times t and that of 1-σ(x) times 1-t.
type SigmoidLoss struct {
	C      int
	Of     PixelLoss
	Weight []float32 // of the classes; nil means 1 each
}

// Loss returns the sums of the losses and of their weights, in float64 in order. scratch is as long as x.
func (l *SigmoidLoss) Loss(x, t, scratch []float32) (loss, count float64) {
	t, e := t[:len(x)], scratch[:len(x)]
	binaryDecay(x, e)
	for i := range x {
		if t[i] < 0 {
			continue
		}
		w := at(l.Weight, i%l.C)
		p, rest := binaryOf(x[i], e[i])
		ln, sum := actLn1p(e[i]), float32(0)
		if t[i] > 0 {
			sum += float32(t[i] * l.Of.value(p, rest, ln+max(-x[i], 0)))
		}
		if t[i] < 1 {
			sum += float32((1 - t[i]) * l.Of.value(rest, p, ln+max(x[i], 0)))
		}
		loss += float64(float64(w) * float64(sum))
		count += float64(w)
	}
	return loss, count
}

// Grad computes dx = scale·dloss/dx, 0 where nothing counts.
func (l *SigmoidLoss) Grad(x, t []float32, scale float32, dx []float32) {
	t, dx = t[:len(x)], dx[:len(x)]
	binaryDecay(x, dx)
	for i := range x {
		if t[i] < 0 {
			dx[i] = 0
			continue
		}
		p, rest := binaryOf(x[i], dx[i])
		ln, g := actLn1p(dx[i]), float32(0)
		if t[i] > 0 {
			g -= float32(float32(t[i]*rest) * l.Of.slope(p, rest, ln+max(-x[i], 0)))
		}
		if t[i] < 1 {
			g += float32(float32((1-t[i])*p) * l.Of.slope(rest, p, ln+max(x[i], 0)))
		}
		dx[i] = scale * float32(at(l.Weight, i%l.C)*g)
	}
}
