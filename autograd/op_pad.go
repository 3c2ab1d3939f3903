package autograd

import (
	"fmt"

	"tessera/internal/parallel"
	"tessera/tensor"
)

// Pad adds rows and columns of zeros around the images of x [N, H, W, C]; negative numbers cut so many off. The gradient
// is that of the pixels that stay.
func Pad(t *Tape, x *Var, top, left, bottom, right int) *Var {
	n, h, w, c := x.Shape.NHWC()
	oh, ow := h+top+bottom, w+left+right
	if oh < 1 || ow < 1 {
		panic(&tensor.ShapeError{Op: "pad", Got: []tensor.Shape{x.Shape},
			Detail: fmt.Sprintf("%d, %d rows and %d, %d columns added leave nothing", top, bottom, left, right)})
	}
	if top|left|bottom|right == 0 {
		return x
	}
	o, y := t.record("pad", tensor.Dims(n, oh, ow, c), x)
	forward := func(i, _ int) {
		to := y.value.data[i*ow*c:][:ow*c]
		clear(to)
		if iy := i%oh - top; iy >= 0 && iy < h {
			copyShifted(to, x.value.data[(i/oh*h+iy)*w*c:][:w*c], left*c)
		}
	}
	o.forward = func() { parallel.For(n*oh, forward) }
	backward := func(i, worker int) {
		line := t.scratchOf(worker)[:w*c]
		clear(line)
		if oy := i%h + top; oy >= 0 && oy < oh {
			copyShifted(line, y.grad.data[(i/h*oh+oy)*ow*c:][:ow*c], -left*c)
		}
		x.pass(i*w*c, line)
	}
	t.worker(w * c)
	o.backward = func() { parallel.For(n*h, backward) }
	return y
}

// copyShifted copies from to to, by so many elements further to the right, as far as both reach.
func copyShifted(to, from []float32, by int) {
	if by < 0 {
		from = from[min(-by, len(from)):]
		by = 0
	}
	copy(to[min(by, len(to)):], from)
}
