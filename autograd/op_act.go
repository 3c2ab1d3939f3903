package autograd

import "tessera/kernels"

// ReLU returns max(x, 0).   dx = dy where y > 0, else 0
func ReLU(t *Tape, x *Var) *Var {
	o, y := t.record("relu", x.Shape, x)
	o.keep = []*Var{y}
	n := x.Shape.Size()
	o.forward = each(n, func(i, j int) { kernels.ReLU(x.value.data[i:j], y.value.data[i:j]) })
	o.backward = each(n, func(i, j int) {
		kernels.ReLUGrad(x.accumulate, y.value.data[i:j], y.grad.data[i:j], x.grad.data[i:j])
	})
	return y
}

// SiLU returns x·σ(x), also known as swish.   dx = dy·s·(1 + x·(1-s)) with s = σ(x), which is computed again
func SiLU(t *Tape, x *Var) *Var {
	o, y := t.record("silu", x.Shape, x)
	o.keep = []*Var{x}
	n := x.Shape.Size()
	o.forward = each(n, func(i, j int) { kernels.SiLU(x.value.data[i:j], y.value.data[i:j]) })
	o.backward = each(n, func(i, j int) {
		kernels.SiLUGrad(x.accumulate, x.value.data[i:j], y.grad.data[i:j], x.grad.data[i:j])
	})
	return y
}

// Sigmoid returns 1/(1 + e⁻ˣ).   dx = dy·y·(1-y)
func Sigmoid(t *Tape, x *Var) *Var {
	o, y := t.record("sigmoid", x.Shape, x)
	o.keep = []*Var{y}
	n := x.Shape.Size()
	o.forward = each(n, func(i, j int) { kernels.Sigmoid(x.value.data[i:j], y.value.data[i:j]) })
	o.backward = each(n, func(i, j int) {
		kernels.SigmoidGrad(x.accumulate, y.value.data[i:j], y.grad.data[i:j], x.grad.data[i:j])
	})
	return y
}
