package autograd

import (
	"tessera/kernels"
	"tessera/tensor"
)

// LayerNorm normalises the channels of each pixel of x [N, H, W, C], scales by gamma and shifts by beta [C] (Ba, Kiros
// and Hinton, "Layer Normalization", 2016):
//
//	y = γ·(x-μ)/σ + β,   σ² = variance over the channels + ε
//
// With z = (x-μ)/σ and g = dy·γ:  dx = (g - mean g - z·mean(g·z))/σ,   dγ = Σ over pixels dy·z,   dβ = Σ over pixels dy
func LayerNorm(t *Tape, x, gamma, beta *Var, eps float64) *Var {
	_, _, _, c := x.Shape.NHWC()
	checkAffine("layer norm", x, gamma, beta)
	rows := x.Shape.Size() / c
	o, y := t.record("layer norm", x.Shape, x, gamma, beta)
	o.keep, o.adds = []*Var{x, gamma}, []*Var{gamma, beta}
	stats := t.saved(2 * rows)
	o.forward = eachRow(rows, c, func(begin, end int) {
		kernels.LayerNorm(end-begin, c, eps, x.value.data[begin*c:], gamma.value.data, beta.value.data,
			stats.data[begin:], stats.data[rows+begin:], y.value.data[begin*c:])
	})
	sums := newSums(t, rows, c, 2, true)
	blocks := func(i, _ int) {
		begin, n, part := sums.block(i)
		var dx []float32
		if x.needsGrad {
			dx = x.grad.data[begin*c:]
		}
		kernels.LayerNormGrad(n, c, x.accumulate, x.value.data[begin*c:], y.grad.data[begin*c:], gamma.value.data,
			stats.data[begin:], stats.data[rows+begin:], part[:c], part[c:], dx)
	}
	o.backward = func() {
		sums.run(blocks)
		gamma.addTotals(sums.totals[:c])
		beta.addTotals(sums.totals[c:])
	}
	return y
}

// checkAffine panics unless there are a scale and a shift for each channel.
func checkAffine(op string, x, gamma, beta *Var) {
	_, _, _, c := x.Shape.NHWC()
	if gamma.Shape != tensor.Dims(c) || beta.Shape != gamma.Shape {
		panic(&tensor.ShapeError{Op: op, Got: []tensor.Shape{x.Shape, gamma.Shape, beta.Shape},
			Detail: "want a scale and a shift for each channel"})
	}
}

// addTotals adds sums to the gradient of v, if v learns.
func (v *Var) addTotals(totals []float64) {
	if !v.needsGrad {
		return
	}
	for j, total := range totals {
		v.grad.data[j] += float32(total)
	}
}
