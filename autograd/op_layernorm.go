package autograd

import (
	"tessera/kernels"
	"tessera/tensor"
)

// LayerNorm normalises the channels of each pixel of x [N, H, W, C] and scales and shifts them by gamma and beta [C] (Ba,
// Kiros and Hinton, "Layer Normalization", arXiv:1607.06450). With x̂ = (x-mean)/σ, σ² = variance + eps and g = dy·γ
//
//	y = γ·x̂ + β,   dx = (g - mean of g - x̂·mean of g·x̂)/σ,   dγ = Σ over pixels dy·x̂,   dβ = Σ over pixels dy
func LayerNorm(t *Tape, x, gamma, beta *Var, eps float64) *Var {
	_, _, _, c := x.Shape.NHWC()
	if gamma.Shape != tensor.Dims(c) || beta.Shape != gamma.Shape {
		panic(&tensor.ShapeError{Op: "layer norm", Got: []tensor.Shape{x.Shape, gamma.Shape, beta.Shape},
			Detail: "want a scale and a shift for each channel"})
	}
	o, y := t.record("layer norm", x.Shape, x, gamma, beta)
	o.keep, o.adds = []*Var{x, gamma}, []*Var{gamma, beta}
	rows := x.Shape.Size() / c
	mean, istd := t.saved(rows), t.saved(rows)
	o.forward = eachRow(rows, c, func(i, j int) {
		kernels.LayerNorm(j-i, c, eps, x.value.data[i*c:], gamma.value.data, beta.value.data, y.value.data[i*c:],
			mean.data[i:], istd.data[i:])
	})
	if !y.needsGrad {
		return y
	}
	sums := newSums(t, rows, c, 2, true)
	blocks := func(i, _ int) {
		begin, n, part := sums.block(i)
		at := begin * c
		kernels.LayerNormGradSums(n, c, x.value.data[at:], y.grad.data[at:], mean.data[begin:], istd.data[begin:],
			part[:c], part[c:])
		if x.needsGrad {
			kernels.LayerNormGrad(n, c, x.accumulate, x.value.data[at:], y.grad.data[at:], gamma.value.data,
				mean.data[begin:], istd.data[begin:], x.grad.data[at:])
		}
	}
	o.backward = func() {
		sums.run(blocks)
		for j := range c {
			if beta.needsGrad {
				beta.grad.data[j] += float32(sums.totals[j])
			}
			if gamma.needsGrad {
				gamma.grad.data[j] += float32(sums.totals[c+j])
			}
		}
	}
	return y
}
