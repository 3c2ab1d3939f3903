package kernels

import "math"

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

// softmaxMax returns the largest of row, NaN with a clear sign above all. It compares bits as integers, because that
// takes no branches: as they stand if one is not negative, else reversed.
func softmaxMax(row []float32) float32 {
	best := int32(math.MinInt32)
	for _, v := range row {
		best = max(best, int32(math.Float32bits(v)))
	}
	if best < 0 {
		best = -1
		for _, v := range row {
			best = min(best, int32(math.Float32bits(v)))
		}
	}
	return math.Float32frombits(uint32(best))
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
