package autograd

import (
	"fmt"

	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// AdaptiveAverage averages the images of x [N, H, W, C] over h×w shares of nearly one size, which overlap by a pixel where
// H or W is no multiple; an image smaller than h×w is enlarged. So it is in PyTorch's adaptive_avg_pool2d. The
// gradient is shared evenly.
func AdaptiveAverage(t *Tape, x *Var, h, w int) *Var {
	n, ih, iw, c := x.Shape.NHWC()
	if h < 1 || w < 1 {
		panic(&tensor.ShapeError{Op: "adaptive average", Got: []tensor.Shape{x.Shape}, Detail: fmt.Sprintf("to %d×%d", h, w)})
	}
	o, y := t.record("adaptive average", tensor.Dims(n, h, w, c), x)
	in, out := ih*iw*c, h*w*c
	forward := func(i, _ int) {
		kernels.AdaptiveAverage(ih, iw, h, w, c, x.value.data[i*in:], y.value.data[i*out:])
	}
	o.forward = func() { parallel.For(n, forward) }
	t.worker(c)
	backward := func(i, worker int) {
		kernels.AdaptiveAverageGrad(ih, iw, h, w, c, x.accumulate, y.grad.data[i*out:], x.grad.data[i*in:], t.scratchOf(worker))
	}
	o.backward = func() { parallel.For(n, backward) }
	return y
}
