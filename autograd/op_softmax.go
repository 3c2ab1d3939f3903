package autograd

import (
	"math"

	"tessera/internal/parallel"
	"tessera/kernels"
)

// Softmax returns e^x / Σ e^x over the channels of each pixel of x [N, H, W, C].   dx = y·(dy - Σ dy·y)
func Softmax(t *Tape, x *Var) *Var {
	_, _, _, c := x.Shape.NHWC()
	o, y := t.record("softmax", x.Shape, x)
	o.keep = []*Var{y}
	rows := x.Shape.Size() / c
	o.forward = eachRow(rows, c, func(begin, end int) {
		kernels.Softmax(end-begin, c, x.value.data[begin*c:], y.value.data[begin*c:])
	})
	o.backward = eachRow(rows, c, func(begin, end int) {
		kernels.SoftmaxGrad(end-begin, c, x.accumulate, y.value.data[begin*c:], y.grad.data[begin*c:], x.grad.data[begin*c:])
	})
	return y
}

// ImageSoftmax returns e^x / Σ e^x over all elements of each image of x [N, H, W, C].   dx = y·(dy - Σ dy·y)
func ImageSoftmax(t *Tape, x *Var) *Var {
	n, _, _, _ := x.Shape.NHWC()
	size := x.Shape.Size() / n
	o, y := t.record("image softmax", x.Shape, x)
	o.keep = []*Var{y}
	forward := func(i, _ int) { imageSoftmax(x.value.data[i*size:][:size], y.value.data[i*size:][:size]) }
	o.forward = func() { parallel.For(n, forward) }
	backward := func(i, _ int) {
		y, dy, dx := y.value.data[i*size:][:size], y.grad.data[i*size:][:size], x.grad.data[i*size:][:size]
		dot := 0.0
		for j, v := range y {
			dot += float64(float64(v) * float64(dy[j]))
		}
		mean := float32(dot)
		for j, v := range y {
			g := float32(v * (dy[j] - mean))
			if x.accumulate {
				g += dx[j]
			}
			dx[j] = g
		}
	}
	o.backward = func() { parallel.For(n, backward) }
	return y
}

// imageSoftmax sums in float64, because images are large.
func imageSoftmax(x, y []float32) {
	most := float32(math.Inf(-1))
	for _, v := range x {
		if v > most || v != v {
			most = v
		}
	}
	sum := 0.0
	for i := 0; i < len(x); i += chunk {
		part := y[i:min(i+chunk, len(x))]
		for j, v := range x[i:][:len(part)] {
			part[j] = v - most
		}
		kernels.Exp(part, part)
		for _, v := range part {
			sum += float64(v)
		}
	}
	for i := 0; i < len(y); i += chunk {
		part := y[i:min(i+chunk, len(y))]
		kernels.Scale(float32(1/sum), part, part)
	}
}
