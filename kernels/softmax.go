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
	softmaxShift.fn.most(rows, c, x, nil, y)
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
	softmaxShift.fn.most(rows, c, x, nil, y)
	actExp.fn(y, y)
	for r := 0; r < len(x); r += c {
		row, out := x[r:][:c], y[r:][:c]
		ln := actLn(softmaxSum(out))
		softmaxMinus(softmaxMax(row), row, out)
		softmaxMinus(ln, out, out)
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

// softmaxMinus computes y = x - m.
func softmaxMinus(m float32, x, y []float32) {
	y = y[:len(x)]
	for j, v := range x {
		y[j] = v - m
	}
}

// A softmaxKernel subtracts norm[2i] from row i of c numbers. most sets it first, unless it is
// nil, to the largest of the row as softmaxMax finds it.
type softmaxKernel struct {
	most, by func(rows, c int, x, norm, y []float32)
}

var softmaxShift = newFamily("softmaxShift", softmaxKernel{softmaxMostGeneric, softmaxByGeneric})

func softmaxMostGeneric(rows, c int, x, norm, y []float32) {
	for i := range rows {
		row := x[i*c:][:c]
		most := softmaxMax(row)
		if norm != nil {
			norm[2*i] = most
		}
		softmaxMinus(most, row, y[i*c:])
	}
}

func softmaxByGeneric(rows, c int, x, norm, y []float32) {
	for i := range rows {
		softmaxMinus(norm[2*i], x[i*c:][:c], y[i*c:])
	}
}

func softmaxSum(row []float32) (sum float32) {
	for _, v := range row {
		sum += v
	}
	return sum
}
