package autograd

import "tessera/kernels"

// FirstNonFinite looks for the first NaN or infinity of a step: among the inputs, the parameters, the results of operations
// in their order, and the gradients of parameters. It runs Forward again, because values of an earlier run may be
// overwritten. It returns "" if everything is finite.
func (t *Tape) FirstNonFinite() string {
	for _, v := range t.vars {
		if v.producer < 0 && !kernels.AllFinite(v.value.data) {
			return v.describe()
		}
	}
	found := ""
	t.forward(func(o *op) {
		if found == "" && !o.out.finite() {
			found = "result of " + o.out.Name
		}
	})
	for _, v := range t.vars {
		if found == "" && v.param != nil && v.needsGrad && !kernels.AllFinite(v.grad.data) {
			found = "gradient of " + v.describe()
		}
	}
	return found
}

func (v *Var) describe() string {
	if v.param != nil && v.param.Name != "" {
		return v.Name + " " + v.param.Name
	}
	return v.Name
}

// finite tells whether a value that was computed is.
func (v *Var) finite() bool {
	if !v.carried() {
		return kernels.AllFinite(v.value.data)
	}
	scratch := make([]float32, l1Floats)
	for i := 0; i < len(v.stored.numbers); i += l1Floats {
		if !kernels.AllFinite(v.rows(i, min(i+l1Floats, len(v.stored.numbers)), scratch)) {
			return false
		}
	}
	return true
}
