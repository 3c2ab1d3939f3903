package autograd

import "tessera/kernels"

// ReLU returns max(x, 0).   dx = dy where y > 0, else 0
func ReLU(t *Tape, x *Var) *Var {
	return pointwise(t, "relu", x, fromResult, kernels.ReLU, kernels.ReLUGrad)
}

// SiLU returns x·σ(x), also known as swish.   dx = dy·s·(1 + x·(1-s)) with s = σ(x), which is computed again
func SiLU(t *Tape, x *Var) *Var {
	return pointwise(t, "silu", x, fromInput, kernels.SiLU, kernels.SiLUGrad)
}

// Sigmoid returns 1/(1 + e⁻ˣ).   dx = dy·y·(1-y)
func Sigmoid(t *Tape, x *Var) *Var {
	return pointwise(t, "sigmoid", x, fromResult, kernels.Sigmoid, kernels.SigmoidGrad)
}

// GELU returns x·Φ(x), Φ being the standard normal distribution.   dx = dy·(Φ(x) + x·Φ'(x)), computed from x again
func GELU(t *Tape, x *Var) *Var {
	return pointwise(t, "gelu", x, fromInput, kernels.GELU, kernels.GELUGrad)
}

// What the gradient of an activation is computed from.
func fromInput(x, _ *Var) *Var  { return x }
func fromResult(_, y *Var) *Var { return y }

// pointwise records a function of each element, whose gradient is computed from what kept chooses.
func pointwise(t *Tape, name string, x *Var, kept func(x, y *Var) *Var, value func(x, y []float32),
	gradient func(accumulate bool, from, dy, dx []float32)) *Var {
	o, y := t.record(name, x.Shape, x)
	from, n := kept(x, y), x.Shape.Size()
	o.keep = []*Var{from}
	o.forward = each(n, func(i, j int) { value(x.value.data[i:j], y.value.data[i:j]) })
	o.backward = each(n, func(i, j int) {
		gradient(x.accumulate, from.value.data[i:j], y.grad.data[i:j], x.grad.data[i:j])
	})
	return y
}
