package kernels

import "fmt"

// CrossEntropyRows is how many rows CrossEntropy takes at once: they stay in the first cache. Its scratch is for so many.
const CrossEntropyRows = 128

// CrossEntropy returns the sums, over the rows whose target t is not ignore, of the loss and of weight[t], in float64 in
// order of rows; weights are 1 if weight is nil. With p the softmax of the row and
//
//	q[j] = weight[j]·smoothing/c, and weight[t]·(1-smoothing) more for j = t
//
// the loss is -Σ q·ln p (Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", CVPR 2016; weighted
// as PyTorch does). That of a mixed row is the sum of both classes' losses, times their shares.
//
// norm becomes what CrossEntropyGrad needs of the rows, 2 numbers each: the largest logit m and 1/Σ e^(x-m). It panics
// if a target is neither ignore nor below c. scratch has room for c numbers of min(rows, CrossEntropyRows) rows.
func CrossEntropy(rows, c, ignore int, smoothing float32, weight, x []float32, target Labels, norm, scratch []float32,
) (loss, count float64) {
	e := newCrossEntropy(c, ignore, smoothing, weight)
	x, target, norm = x[:rows*c], target.Rows(0, rows), norm[:2*rows]
	for begin := 0; begin < rows; begin += CrossEntropyRows {
		end := min(begin+CrossEntropyRows, rows)
		e.forward(x[begin*c:end*c], target.Rows(begin, end), norm[2*begin:2*end], scratch[:(end-begin)*c])
	}
	e.take()
	return e.loss, e.count
}

// CrossEntropyGrad computes dx = scale·(p·Σq - q), 0 in an ignored row, for CrossEntropy, which left norm. dx must not
// be x.
func CrossEntropyGrad(rows, c, ignore int, smoothing float32, weight, x []float32, target Labels, norm []float32,
	scale float32, dx []float32) {
	e := newCrossEntropy(c, ignore, smoothing, weight)
	x, target, norm, dx = x[:rows*c], target.Rows(0, rows), norm[:2*rows], dx[:rows*c]
	for begin := 0; begin < rows; begin += CrossEntropyRows {
		end := min(begin+CrossEntropyRows, rows)
		e.backward(x[begin*c:end*c], target.Rows(begin, end), norm[2*begin:2*end], scale, dx[begin*c:end*c])
	}
}

// A crossEntropy holds the constants and the sums of one call.
type crossEntropy struct {
	c, ignore   int
	weight      []float32
	smoothing   float64
	share       float64 // q of a class of weight 1 that is not the target
	off         float32 // the same, rounded
	rest        float64 // sum over the classes of q where they are not the target
	loss, count float64
	product     float64 // of rows' sums, whose logarithm is still to be added to the loss
}

func newCrossEntropy(c, ignore int, smoothing float32, weight []float32) crossEntropy {
	e := crossEntropy{c: c, ignore: ignore, weight: weight, smoothing: float64(smoothing), product: 1}
	if weight != nil {
		e.weight = weight[:c]
	}
	e.share = e.smoothing / float64(c)
	e.off = float32(e.share)
	for j := range c {
		e.rest += float64(e.weightOf(j) * e.share)
	}
	return e
}

// offOf returns q of a class where it is not the target.
func (e *crossEntropy) offOf(class int) float32 {
	if e.weight == nil {
		return e.off
	}
	return float32(float64(e.weight[class]) * e.share)
}

func (e *crossEntropy) weightOf(class int) float64 {
	if e.weight == nil {
		return 1
	}
	return float64(e.weight[class])
}

func (e *crossEntropy) forward(x []float32, target Labels, norm, scratch []float32) {
	c := e.c
	softmaxShift.fn.most(len(target.Class), c, x, norm, scratch)
	actExp.fn(scratch, scratch)
	if e.plain(target) {
		e.addPlain(x, target.Class, norm, scratch)
		return
	}
	for i := range target.Class {
		sum := softmaxSum(scratch[i*c:][:c])
		norm[2*i+1] = 1 / sum
		if !target.Ignored(i, e.ignore) {
			e.add(x[i*c:][:c], norm[2*i], sum, target, i)
		}
	}
}

// plain reports whether all rows have one class, and all classes the same weight and no share of another's: the common
// case, whose loops do what the others do with ones and zeros.
func (e *crossEntropy) plain(target Labels) bool {
	return e.weight == nil && e.smoothing == 0 && target.Mixed == nil
}

// addPlain is add for a plain block, with the exponentials of its rows.
func (e *crossEntropy) addPlain(x []float32, target []uint8, norm, exps []float32) {
	loss, product, count := e.loss, e.product, 0
	for i, t := range target {
		sum := softmaxSum(exps[i*e.c:][:e.c])
		norm[2*i+1] = 1 / sum
		if int(t) == e.ignore {
			continue
		}
		e.check(t)
		loss += float64(norm[2*i] - x[i*e.c+int(t)])
		count++
		product *= float64(sum)
		if product > 1e250 {
			loss += Log64(product)
			product = 1
		}
	}
	e.loss, e.product = loss, product
	e.count += float64(count)
}

func (e *crossEntropy) check(t uint8) {
	if int(t) >= e.c {
		panic(fmt.Sprintf("kernels: CrossEntropy: target %d; there are classes 0 to %d, and %d to ignore",
			t, e.c-1, e.ignore))
	}
}

// add adds the loss of row i: its logits x with their maximum m, and the sum of e^(x-m).
func (e *crossEntropy) add(x []float32, m, sum float32, target Labels, i int) {
	if target.Mixed == nil {
		e.miss(x, m, target.Class[i], 1)
	} else {
		e.miss(x, m, target.Class[i], target.Share[i])
		e.miss(x, m, target.Mixed[i], 1-target.Share[i])
	}
	if e.smoothing != 0 {
		all := 0.0
		for j, v := range x {
			all += float64(float64(e.offOf(j)) * float64(m-v))
		}
		e.loss += all
	}
	if e.weight != nil {
		e.loss += float64(e.all(target, i) * float64(actLn(sum)))
		return
	}
	e.product *= float64(sum)
	if e.product > 1e250 {
		e.take()
	}
}

// take adds the logarithms of the factors of product to the loss.
func (e *crossEntropy) take() {
	e.loss += Log64(e.product)
	e.product = 1
}

// miss adds what a share of a row, of class t, misses to the largest logit m.
func (e *crossEntropy) miss(x []float32, m float32, t uint8, share float32) {
	e.check(t)
	w := float64(e.weightOf(int(t)) * float64(share))
	e.loss += float64(w * (1 - e.smoothing) * float64(m-x[t]))
	e.count += w
}

func (e *crossEntropy) backward(x []float32, target Labels, norm []float32, scale float32, dx []float32) {
	c := e.c
	softmaxShift.fn.by(len(target.Class), c, x, norm, dx)
	actExp.fn(dx, dx)
	if e.plain(target) {
		e.pullPlain(dx, target.Class, norm, scale)
		return
	}
	for i := range target.Class {
		row := dx[i*c:][:c]
		if target.Ignored(i, e.ignore) {
			clear(row)
			continue
		}
		all := scale
		if e.weight != nil {
			all = float32(float64(scale) * e.all(target, i))
		}
		elemScaleGeneric(float32(all*norm[2*i+1]), row, row)
		e.pull(row, target, i, scale)
	}
}

// pullPlain makes the gradients of the exponentials of a plain block.
func (e *crossEntropy) pullPlain(exps []float32, target []uint8, norm []float32, scale float32) {
	for i, t := range target {
		row := exps[i*e.c:][:e.c]
		if int(t) == e.ignore {
			clear(row)
			continue
		}
		factor := float32(scale * norm[2*i+1])
		for j, v := range row {
			row[j] = factor * v
		}
		row[t] -= scale
	}
}

// pull subtracts scale·q from the gradient of row i.
func (e *crossEntropy) pull(row []float32, target Labels, i int, scale float32) {
	if e.smoothing != 0 {
		for j := range row {
			row[j] -= float32(scale * e.offOf(j))
		}
	}
	if target.Mixed == nil {
		row[target.Class[i]] -= float32(scale * float32(e.on(target.Class[i], 1)))
		return
	}
	row[target.Class[i]] -= float32(scale * float32(e.on(target.Class[i], target.Share[i])))
	row[target.Mixed[i]] -= float32(scale * float32(e.on(target.Mixed[i], 1-target.Share[i])))
}

// all returns the sum of q over the classes of row i.
func (e *crossEntropy) all(target Labels, i int) float64 {
	if target.Mixed == nil {
		return e.rest + e.on(target.Class[i], 1)
	}
	return e.rest + (e.on(target.Class[i], target.Share[i]) + e.on(target.Mixed[i], 1-target.Share[i]))
}

// on returns by how much q of a share's class is above that of another class of its weight.
func (e *crossEntropy) on(class uint8, share float32) float64 {
	return float64(e.weightOf(int(class)) * float64(share) * (1 - e.smoothing))
}

// CrossEntropyEach computes y = -ln p of the target for each row, -1 where it is ignored, from the norm that CrossEntropy
// left. That of a mixed row is the mean of both classes, by their shares.
func CrossEntropyEach(rows, c, ignore int, x []float32, target Labels, norm, y []float32) {
	for i := range y[:rows] {
		if target.Ignored(i, ignore) {
			y[i] = -1
			continue
		}
		row, below := x[i*c:][:c], float32(0)
		for k := range target.parts() {
			class, share := target.part(i, k)
			below += float32(share * (norm[2*i] - row[class]))
		}
		y[i] = max(0, below-actLn(norm[2*i+1]))
	}
}
