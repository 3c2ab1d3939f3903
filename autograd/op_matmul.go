package autograd

import (
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// MatMul multiplies, image by image, matrices whose rows are pixels and whose columns are channels: a [N, H, W, K] by
// b with K pixels and M channels, to [N, H, W, M].
//
//	y = a·b,   da = dy·bᵀ,   db = aᵀ·dy
func MatMul(t *Tape, a, b *Var) *Var {
	return newMatMul(t, a, b, b.Shape.Dim(3), b.Shape.Dim(1)*b.Shape.Dim(2), false).y
}

// MatMulTransposed is MatMul by the transpose of b, which has M pixels and K channels: y[p][q] is the product of pixel p
// of a and pixel q of b.
//
//	y = a·bᵀ,   da = dy·b,   db = dyᵀ·a
func MatMulTransposed(t *Tape, a, b *Var) *Var {
	return newMatMul(t, a, b, b.Shape.Dim(1)*b.Shape.Dim(2), b.Shape.Dim(3), true).y
}

// A matMul is a product of matrices as a 1×1 convolution of each image with weights of its own. A kernels.MatMul, which
// attention takes for its small blocks, would pack b for each task anew and sum db over all pixels in one chain.
type matMul struct {
	t          *Tape
	a, b, y    *Var
	n          int
	transposed bool
	forward    *kernels.Conv // a and b to y
	weight     *kernels.Conv // its gradient of the weights is that of b
}

func newMatMul(t *Tape, a, b *Var, m, k int, transposed bool) *matMul {
	n, h, w, c := a.Shape.NHWC()
	if bn, _, _, _ := b.Shape.NHWC(); bn != n || c != k {
		panic(&tensor.ShapeError{Op: "matmul", Got: []tensor.Shape{a.Shape, b.Shape},
			Detail: "want as many images, and rows as the others' columns"})
	}
	o, y := t.record("matmul", tensor.Dims(n, h, w, m), a, b)
	o.keep = []*Var{a, b}
	p := &matMul{t: t, a: a, b: b, y: y, n: n, transposed: transposed}
	p.forward = kernels.NewConv(1, k, m, 1, pointWindow(h, w))
	p.forward.Swapped = transposed
	p.weight = p.forward
	o.flops = n * p.forward.FLOPs()
	if transposed {
		p.weight = kernels.NewConv(1, m, k, 1, pointWindow(h, w))
	}
	t.worker(max(p.forward.Scratch(), p.weight.Scratch()))
	o.forward = p.product()
	if y.needsGrad {
		o.backward = sequence(p.gradA(), p.gradB())
	}
	return p
}

// of returns image i of all elements of a batch.
func (p *matMul) of(i int, data []float32) []float32 {
	size := len(data) / p.n
	return data[i*size:][:size]
}

func (p *matMul) product() func() {
	c, packed, image := p.forward, p.t.temporary(p.forward.ForwardPacked(), false), 0
	pack := func(i, _ int) { c.PackForward(i, p.of(image, p.b.value.data), packed.data) }
	run := func(i, worker int) {
		c.Forward(i, false, p.of(image, p.a.value.data), packed.data, p.of(image, p.y.value.data), p.t.scratchOf(worker))
	}
	return func() {
		for image = range p.n {
			parallel.For(c.PackForwardTasks(), pack)
			parallel.For(c.ForwardTasks(), run)
		}
	}
}

func (p *matMul) gradA() func() {
	if !p.a.needsGrad {
		return func() {}
	}
	c, packed, image := p.forward, p.t.temporary(p.forward.BackPacked(), true), 0
	pack := func(i, _ int) { c.PackBack(i, p.of(image, p.b.value.data), packed.data) }
	run := func(i, worker int) {
		c.GradInput(i, p.a.accumulate, p.of(image, p.y.grad.data), packed.data, p.of(image, p.a.grad.data), p.t.scratchOf(worker))
	}
	return func() {
		for image = range p.n {
			parallel.For(c.PackBackTasks(), pack)
			parallel.For(c.GradInputTasks(), run)
		}
	}
}

func (p *matMul) gradB() func() {
	if !p.b.needsGrad {
		return func() {}
	}
	c, partial, image := p.weight, p.t.temporary(p.weight.Partial(), true), 0
	run := func(i, worker int) {
		x, dy := p.a.value.data, p.y.grad.data
		if p.transposed {
			x, dy = dy, x
		}
		c.GradWeight(i, p.of(image, x), p.of(image, dy), partial.data, p.t.scratchOf(worker))
	}
	reduce := func(i, _ int) { c.Reduce(i, partial.data, p.of(image, p.b.grad.data)) }
	return func() {
		if !p.b.accumulate {
			clear(p.b.grad.data)
		}
		for image = range p.n {
			parallel.For(c.GradWeightTasks(), run)
			parallel.For(c.ReduceTasks(), reduce)
		}
	}
}
