package autograd

import (
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// Dot returns Σ a·b over all elements of two values of one shape, a number.   da = dy·b, db = dy·a
func Dot(t *Tape, a, b *Var) *Var {
	if a.Shape != b.Shape {
		panic(&tensor.ShapeError{Op: "dot", Got: []tensor.Shape{a.Shape, b.Shape}, Detail: "want equal shapes"})
	}
	o, y := t.record("dot", tensor.Dims(), a, b)
	o.keep = []*Var{a, b}
	n := a.Shape.Size()
	sums := make([]float64, (n+chunk-1)/chunk)
	sum := func(i, _ int) {
		sums[i] = 0
		for j := i * chunk; j < min((i+1)*chunk, n); j++ {
			sums[i] += float64(float64(a.value.data[j]) * float64(b.value.data[j]))
		}
	}
	o.forward = func() {
		parallel.For(len(sums), sum)
		total := 0.0
		for _, s := range sums {
			total += s
		}
		y.value.data[0] = float32(total)
	}
	o.backward = each(n, func(i, j int) {
		a.passScaled(i, y.grad.data[0], b.value.data[i:j])
		b.passScaled(i, y.grad.data[0], a.value.data[i:j])
	})
	return y
}

// passScaled is pass for factor·dy.
func (v *Var) passScaled(i int, factor float32, dy []float32) {
	switch {
	case !v.needsGrad:
	case v.accumulate:
		kernels.Axpy(factor, dy, v.grad.data[i:])
	default:
		kernels.Scale(factor, dy, v.grad.data[i:])
	}
}
