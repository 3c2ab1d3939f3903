package kernels

import (
	"fmt"
	"math"
)

// The functions of this file take rows of c classes, contiguous. A sum over classes runs from class 0 up. The
// maximum of the row is subtracted first and the exponential is that of Exp, so a logit of -Inf has the
// probability 1.2e-38.

// Softmax computes y = e^(x-max) / sum(e^(x-max)) for each row, multiplying by the reciprocal of the sum. y
// may be x.
func Softmax(rows, c int, x, y []float32) {
	x = x[:rows*c]
	y = y[:rows*c]
	for r := 0; r < len(x); r += c {
		row := x[r:][:c]
		softmaxShift(softmaxMax(row), row, y[r:])
	}
	actExp.fn(y, y)
	for ; len(y) > 0; y = y[c:] {
		row := y[:c]
		elemScaleGeneric(1/softmaxSum(row), row, row)
	}
}

// LogSoftmax computes y = (x-max) - ln sum(e^(x-max)) for each row. y must not be x.
func LogSoftmax(rows, c int, x, y []float32) {
	x = x[:rows*c]
	y = y[:rows*c]
	for r := 0; r < len(x); r += c {
		row := x[r:][:c]
		softmaxShift(softmaxMax(row), row, y[r:])
	}
	actExp.fn(y, y)
	for r := 0; r < len(x); r += c {
		row, out := x[r:][:c], y[r:][:c]
		ln := actLn(softmaxSum(out))
		softmaxShift(softmaxMax(row), row, out)
		softmaxShift(ln, out, out)
	}
}

// SoftmaxGrad computes dx = y·(dy - sum(dy·y)) for each row, or adds that to dx, with y of Softmax. dx may be
// dy.
func SoftmaxGrad(rows, c int, accumulate bool, y, dy, dx []float32) {
	y, dy, dx = y[:rows*c], dy[:rows*c], dx[:rows*c]
	for r := 0; r < len(y); r += c {
		y, dy, dx := y[r:][:c], dy[r:][:c], dx[r:][:c]
		var dot float32
		for j, v := range y {
			dot += float32(dy[j] * v)
		}
		for j, v := range y {
			dx[j] = actPrior(accumulate, dx[j]) + float32(v*(dy[j]-dot))
		}
	}
}

// LogSoftmaxGrad computes dx = dy - e^y·sum(dy) for each row, or adds that to dx, with y of LogSoftmax. dx
// may be dy.
func LogSoftmaxGrad(rows, c int, accumulate bool, y, dy, dx []float32) {
	y, dy, dx = y[:rows*c], dy[:rows*c], dx[:rows*c]
	for r := 0; r < len(y); r += c {
		y, dy, dx := y[r:][:c], dy[r:][:c], dx[r:][:c]
		sum := softmaxSum(dy)
		for j, v := range y {
			dx[j] = actPrior(accumulate, dx[j]) + (dy[j] - float32(actExpOf(v)*sum))
		}
	}
}

// CrossEntropy returns the sums, over the rows whose target t is not ignore, of the loss and of weight[t], in float64 in
// order of rows; weights are 1 if weight is nil. With p the softmax of the row and
//
//	q[j] = weight[j]·smoothing/c, and weight[t]·(1-smoothing) more for j = t
//
// the loss is -Σ q·ln p (Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", CVPR 2016; weighted
// as PyTorch does), and dx = scale·(p·Σq - q), 0 in an ignored row. Without dx, nil, only the sums are computed, which
// is slower than with it where vectors are wide.
//
// It panics if a target is neither ignore nor below c. dx must not be x.
func CrossEntropy(rows, c, ignore int, smoothing float32, weight, x []float32, target []uint8, scale float32,
	dx []float32) (loss, count float64) {
	e := crossEntropy{c: c, ignore: ignore, weight: weight, scale: scale, smoothing: float64(smoothing)}
	e.prepare()
	x, target = x[:rows*c], target[:rows]
	if dx != nil {
		dx = dx[:rows*c]
	}
	for len(target) > 0 {
		n := min(len(target), len(e.max))
		if dx == nil {
			e.forward(x[:n*c], target[:n])
		} else {
			e.backward(x[:n*c], target[:n], dx[:n*c])
			dx = dx[n*c:]
		}
		x, target = x[n*c:], target[n:]
	}
	return e.loss, e.count
}

// A crossEntropy holds the constants and the sums of one call.
type crossEntropy struct {
	c, ignore   int
	weight      []float32
	scale       float32
	smoothing   float64
	share       float64 // q of a class of weight 1 that is not the target
	off         float32 // the same, rounded
	rest        float64 // sum over the classes of q where they are not the target
	loss, count float64
	max         [128]float32 // of each row of a block, which is small enough for the first cache
}

func (e *crossEntropy) prepare() {
	if e.weight != nil {
		e.weight = e.weight[:e.c]
	}
	e.share = e.smoothing / float64(e.c)
	e.off = float32(e.share)
	for j := range e.c {
		e.rest += float64(e.weightOf(j) * e.share)
	}
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

func (e *crossEntropy) forward(x []float32, target []uint8) {
	for i, t := range target {
		if int(t) == e.ignore {
			continue
		}
		row := x[i*e.c:][:e.c]
		m := softmaxMax(row)
		var sum float32
		for _, v := range row {
			sum += actExpOf(v - m)
		}
		e.add(row, m, sum, t)
	}
}

func (e *crossEntropy) backward(x []float32, target []uint8, dx []float32) {
	for i := range target {
		row := x[i*e.c:][:e.c]
		e.max[i] = softmaxMax(row)
		softmaxShift(e.max[i], row, dx[i*e.c:])
	}
	actExp.fn(dx, dx)
	for i, t := range target {
		row := dx[i*e.c:][:e.c]
		if int(t) == e.ignore {
			clear(row)
			continue
		}
		sum := softmaxSum(row)
		on := e.add(x[i*e.c:][:e.c], e.max[i], sum, t)
		all := float32(on + e.rest)
		if e.weight == nil {
			all = 1
		}
		inverse := 1 / sum
		for j, v := range row {
			row[j] = e.scale * (float32(float32(v*inverse)*all) - e.offOf(j))
		}
		row[t] -= float32(e.scale * float32(on))
	}
}

// add adds a row of logits with their maximum m, the sum of e^(x-m) and target t to the sums. It returns by how much
// the target's q is above that of another class.
func (e *crossEntropy) add(x []float32, m, sum float32, t uint8) (on float64) {
	if int(t) >= e.c {
		panic(fmt.Sprintf("kernels: CrossEntropy: target %d; there are classes 0 to %d, and %d to ignore",
			t, e.c-1, e.ignore))
	}
	w := e.weightOf(int(t))
	on = float64(w * (1 - e.smoothing))
	ln := float64(actLn(sum))
	e.loss += float64(on * (ln - float64(x[t]-m)))
	if e.smoothing != 0 {
		all := 0.0
		for j, v := range x {
			all += float64(float64(e.offOf(j)) * (ln - float64(v-m)))
		}
		e.loss += all
	}
	e.count += w
	return on
}

// softmaxMax returns the largest of row, NaN with a clear sign above all. It compares bits as integers,
// negative ones reversed, because that takes no branches.
func softmaxMax(row []float32) float32 {
	best := int32(math.MinInt32)
	for _, v := range row {
		bits := int32(math.Float32bits(v))
		best = max(best, bits^bits>>31&math.MaxInt32)
	}
	return math.Float32frombits(uint32(best ^ best>>31&math.MaxInt32))
}

// softmaxShift computes y = x - m.
func softmaxShift(m float32, x, y []float32) {
	y = y[:len(x)]
	for j, v := range x {
		y[j] = v - m
	}
}

func softmaxSum(row []float32) (sum float32) {
	for _, v := range row {
		sum += v
	}
	return sum
}
