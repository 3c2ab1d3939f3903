package autograd

import (
	"tessera/kernels"
	"tessera/tensor"
)

// Add returns a + b.   da = dy, db = dy
func Add(t *Tape, a, b *Var) *Var {
	if a.Shape != b.Shape {
		panic(&tensor.ShapeError{Op: "add", Got: []tensor.Shape{a.Shape, b.Shape}, Detail: "want equal shapes"})
	}
	o, y := t.record("add", a.Shape, a, b)
	n := a.Shape.Size()
	o.forward = each(n, func(i, j int) { kernels.Add(a.value.data[i:j], b.value.data[i:j], y.value.data[i:j]) })
	o.backward = each(n, func(i, j int) {
		a.pass(i, y.grad.data[i:j])
		b.pass(i, y.grad.data[i:j])
	})
	return y
}

// pass adds dy to the gradient of v from element i on, or overwrites it with dy, if v learns.
func (v *Var) pass(i int, dy []float32) {
	switch {
	case !v.needsGrad:
	case v.accumulate:
		kernels.Accumulate(dy, v.grad.data[i:])
	default:
		copy(v.grad.data[i:], dy)
	}
}

// WeightedSum returns Σ weights[i]·losses[i] of values with one element each.   dlossᵢ = weightᵢ·dy
func WeightedSum(t *Tape, weights []float32, losses ...*Var) *Var {
	for _, l := range losses {
		if l.Shape.Size() != 1 || len(weights) != len(losses) {
			panic(&tensor.ShapeError{Op: "weighted sum", Got: []tensor.Shape{l.Shape},
				Detail: "want one number each, and as many weights"})
		}
	}
	o, y := t.record("weighted sum", tensor.Dims(), losses...)
	o.forward = func() {
		sum := 0.0
		for i, l := range losses {
			sum += float64(float64(weights[i]) * float64(l.value.data[0]))
		}
		y.value.data[0] = float32(sum)
	}
	o.backward = func() {
		for i, l := range losses {
			if !l.needsGrad {
				continue
			}
			if !l.accumulate {
				l.grad.data[0] = 0
			}
			l.grad.data[0] += float32(weights[i] * y.grad.data[0])
		}
	}
	return y
}
