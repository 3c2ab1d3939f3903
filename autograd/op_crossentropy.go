package autograd

import (
	"fmt"

	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// NoIgnore is the ignored class of losses that count every pixel.
const NoIgnore = -1

// CrossEntropy returns the mean over pixels of -log softmax(x)[target], a number. x is [N, H, W, classes], the target's
// class indices [N, H, W]. Pixels of class ignore count neither in the sum nor in the number it is divided by; if all
// are ignored the loss is 0. smoothing spreads that share of the target over all classes; weights, one a class or nil,
// multiply a pixel's loss and its share of the mean.
//
//	dx = dy·weight·(softmax(x) - target)/Σ weights;  the softmax is computed again, not stored
func CrossEntropy(t *Tape, x *Var, target *tensor.Tensor, ignore int, smoothing float32, weights []float32) *Var {
	classes := checkTarget("cross-entropy", x, target)
	if weights != nil && len(weights) != classes {
		panic(fmt.Sprintf("autograd: cross-entropy: %d weights for %d classes", len(weights), classes))
	}
	o, y := t.record("cross-entropy", tensor.Dims(), x)
	o.keep = []*Var{x}
	rows, size := x.Shape.Size()/classes, rowsOf(classes)
	blocks := (rows + size - 1) / size
	sums, counts := make([]float64, blocks), make([]float64, blocks)
	var count float64
	t.worker(size * classes)
	forward := func(i, worker int) { // with room for gradients, which nobody reads, the kernel is twice as fast
		begin, end := i*size, min((i+1)*size, rows)
		sums[i], counts[i] = kernels.CrossEntropy(end-begin, classes, ignore, smoothing, weights,
			x.value.data[begin*classes:end*classes], target.Indices[begin:end], 0, t.scratchOf(worker))
	}
	o.forward = func() {
		parallel.For(blocks, forward)
		sum := 0.0
		count = 0
		for i, s := range sums {
			sum += s
			count += counts[i]
		}
		y.value.data[0] = 0
		if count > 0 {
			y.value.data[0] = float32(sum / count)
		}
	}
	backward := func(i, worker int) {
		begin, end := i*size, min((i+1)*size, rows)
		dx := x.grad.data[begin*classes : end*classes]
		into := dx
		if x.accumulate {
			into = t.scratchOf(worker)[:len(dx)]
		}
		scale := float32(0)
		if count > 0 {
			scale = float32(float64(y.grad.data[0]) / count)
		}
		kernels.CrossEntropy(end-begin, classes, ignore, smoothing, weights,
			x.value.data[begin*classes:end*classes], target.Indices[begin:end], scale, into)
		if x.accumulate {
			kernels.Accumulate(into, dx)
		}
	}
	o.backward = func() { parallel.For(blocks, backward) }
	return y
}

// checkTarget returns the classes of logits x [N, H, W, classes]. It panics unless target is [N, H, W] of bytes.
func checkTarget(op string, x *Var, target *tensor.Tensor) int {
	n, h, w, classes := x.Shape.NHWC()
	if target.DType != tensor.Uint8 || target.Shape != tensor.Dims(n, h, w) {
		panic(&tensor.ShapeError{Op: op, Got: []tensor.Shape{x.Shape, target.Shape},
			Detail: "want a class index (uint8) for each pixel"})
	}
	return classes
}
