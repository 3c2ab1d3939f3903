package autograd

import (
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// MaxPool returns the maxima of x [N, H, W, C] under a sliding window; the padding counts as -Inf. Of win, the size of the
// image is taken from x. The gradient goes to the first maximum of each window.
func MaxPool(t *Tape, x *Var, win kernels.Window) *Var {
	p, o, y := newPool(t, "max pool", x, win)
	o.keep, o.compares = []*Var{x, y}, true
	forward := func(i, _ int) { p.Max(i, x.value.data, y.value.data) }
	o.forward = func() { parallel.For(p.Tasks(), forward) }
	backward := func(i, worker int) {
		p.MaxGrad(i, x.accumulate, x.value.data, y.value.data, y.grad.data, x.grad.data, t.scratchOf(worker))
	}
	o.backward = func() { parallel.For(p.GradTasks(), backward) }
	return y
}

// AveragePool returns the averages of x [N, H, W, C] under a sliding window; pixels of the padding are counted, as
// zeros, only if countPadding is set. Of win, the size of the image is taken from x. The gradient is shared evenly.
func AveragePool(t *Tape, x *Var, win kernels.Window, countPadding bool) *Var {
	p, o, y := newPool(t, "average pool", x, win)
	forward := func(i, _ int) { p.Average(i, countPadding, x.value.data, y.value.data) }
	o.forward = func() { parallel.For(p.Tasks(), forward) }
	backward := func(i, worker int) {
		p.AverageGrad(i, countPadding, x.accumulate, y.grad.data, x.grad.data, t.scratchOf(worker))
	}
	o.backward = func() { parallel.For(p.GradTasks(), backward) }
	return y
}

// newPool checks the window and records an operation without its passes.
func newPool(t *Tape, name string, x *Var, win kernels.Window) (*kernels.Pool, *op, *Var) {
	n, h, w, c := x.Shape.NHWC()
	win.IH, win.IW = h, w
	checkWindow(name, win, x)
	p := kernels.NewPool(n, c, win)
	t.worker(p.GradScratch())
	o, y := t.record(name, tensor.Dims(n, p.OH(), p.OW(), c), x)
	return p, o, y
}
