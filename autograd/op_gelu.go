package autograd

import "tessera/kernels"

// GELU returns x·Φ(x), Φ being the standard normal distribution.   dx = dy·(Φ(x) + x·Φ'(x)), computed from x again
func GELU(t *Tape, x *Var) *Var {
	o, y := t.record("gelu", x.Shape, x)
	o.keep = []*Var{x}
	n := x.Shape.Size()
	o.forward = each(n, func(i, j int) { kernels.GELU(x.value.data[i:j], y.value.data[i:j]) })
	o.backward = each(n, func(i, j int) {
		kernels.GELUGrad(x.accumulate, x.value.data[i:j], y.grad.data[i:j], x.grad.data[i:j])
	})
	return y
}
