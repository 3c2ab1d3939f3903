package autograd

import (
	"fmt"

	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// ResizeNearest enlarges or shrinks the images of x [N, H, W, C] to h×w; each pixel is that of x at
// ⌊y·H/h⌋, ⌊x·W/w⌋, as PyTorch's mode "nearest" has it. The gradient adds up what a pixel was copied to, in order.
func ResizeNearest(t *Tape, x *Var, h, w int) *Var {
	return resize(t, "resize nearest", x, h, w,
		func(r kernels.Resize, row0, row1 int, x, y, _ []float32) { r.Nearest(row0, row1, x, y) },
		func(r kernels.Resize, row0, row1 int, accumulate bool, dy, dx, _ []float32) {
			r.NearestGrad(row0, row1, accumulate, dy, dx)
		})
}

// ResizeBilinear enlarges or shrinks the images of x [N, H, W, C] to h×w by bilinear interpolation between pixel
// centres; with alignCorners the centres of the corner pixels stay where they are, as in PyTorch's mode "bilinear".
// The gradient gives each pixel its share of what it was used for, in order.
func ResizeBilinear(t *Tape, x *Var, h, w int, alignCorners bool) *Var {
	_, _, _, c := x.Shape.NHWC()
	t.worker(kernels.Resize{C: c}.Scratch())
	return resize(t, "resize bilinear", x, h, w,
		func(r kernels.Resize, row0, row1 int, x, y, scratch []float32) {
			r.Bilinear(row0, row1, alignCorners, x, y, scratch)
		},
		func(r kernels.Resize, row0, row1 int, accumulate bool, dy, dx, scratch []float32) {
			r.BilinearGrad(row0, row1, alignCorners, accumulate, dy, dx, scratch)
		})
}

// resize records a resizing whose kernels compute rows of one image. An image that has the size already is returned.
func resize(t *Tape, name string, x *Var, h, w int,
	forward func(r kernels.Resize, row0, row1 int, x, y, scratch []float32),
	backward func(r kernels.Resize, row0, row1 int, accumulate bool, dy, dx, scratch []float32)) *Var {
	n, ih, iw, c := x.Shape.NHWC()
	if h < 1 || w < 1 {
		panic(&tensor.ShapeError{Op: name, Got: []tensor.Shape{x.Shape}, Detail: fmt.Sprintf("to %d×%d", h, w)})
	}
	if h == ih && w == iw {
		return x
	}
	o, y := t.record(name, tensor.Dims(n, h, w, c), x)
	r := kernels.Resize{IH: ih, IW: iw, OH: h, OW: w, C: c, LD: c}
	in, out := ih*iw*c, h*w*c // floats of an image
	rows := func(i, worker int) {
		forward(r, i%h, i%h+1, x.value.data[i/h*in:][:in], y.value.data[i/h*out:][:out], t.scratchOf(worker))
	}
	o.forward = func() { parallel.For(n*h, rows) }
	gradRows := func(i, worker int) {
		backward(r, i%ih, i%ih+1, x.accumulate, y.grad.data[i/ih*out:][:out], x.grad.data[i/ih*in:][:in], t.scratchOf(worker))
	}
	o.backward = func() { parallel.For(n*ih, gradRows) }
	return y
}
