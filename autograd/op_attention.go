package autograd

import (
	"fmt"
	"math"

	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// Attention lets each pixel of q [N, H, W, C] look at all pixels of kv [N, h, w, 2C], whose first C channels are keys and
// whose others are values (Vaswani et al., "Attention Is All You Need", NeurIPS 2017). The channels fall into heads of
// d = C/heads each, which look by themselves:
//
//	P = softmax(q·kᵀ/√d),   y = P·v
//	dv = Pᵀ·dy,   dS = P∘(dP - rows' sums of dP∘P)/√d with dP = dy·vᵀ,   dq = dS·k,   dk = dSᵀ·q
//
// P is computed again for the gradient, a block of pixels at a time, and never kept as a whole.
func Attention(t *Tape, q, kv *Var, heads int) *Var {
	n, h, w, c := q.Shape.NHWC()
	kn, kh, kw, kc := kv.Shape.NHWC()
	if heads < 1 || c%heads != 0 || kn != n || kc != 2*c {
		panic(&tensor.ShapeError{Op: "attention", Got: []tensor.Shape{q.Shape, kv.Shape},
			Detail: fmt.Sprintf("want keys and values of as many channels, which %d heads divide", heads)})
	}
	o, y := t.record("attention", q.Shape, q, kv)
	o.keep = []*Var{q, kv}
	a := &attention{q: q, kv: kv, y: y, heads: heads, c: c, d: c / heads, queries: h * w, keys: kh * kw}
	a.scale = float32(1 / math.Sqrt(float64(a.d)))
	a.blocks = (a.queries + queryBlock - 1) / queryBlock
	a.whole = a.products(min(queryBlock, a.queries))
	a.last = a.products(a.queries - (a.blocks-1)*queryBlock)
	o.flops = 4 * n * a.queries * a.keys * c
	t.worker(2*queryBlock*a.keys + a.whole.scratch())
	forward := func(i, worker int) { a.forward(i, t.scratchOf(worker)) }
	o.forward = func() { parallel.For(n*heads*a.blocks, forward) }
	backward := func(i, worker int) { a.backward(i, t.scratchOf(worker)) }
	o.backward = func() { parallel.For(n*heads, backward) }
	return y
}

// queryBlock is how many pixels look at once.
const queryBlock = 64

type attention struct {
	q, kv, y      *Var
	heads, c, d   int
	queries, keys int // pixels of an image
	blocks        int // of an image's queries
	scale         float32
	whole, last   attentionProducts
}

// attentionProducts are the products of a block of rows pixels.
type attentionProducts struct {
	rows   int
	across *kernels.MatMul // [rows, keys]: q·kᵀ, dy·vᵀ
	along  *kernels.MatMul // [rows, d]: P·v, dS·k
	down   *kernels.MatMul // [keys, d]: Pᵀ·dy, dSᵀ·q
}

func (a *attention) products(rows int) attentionProducts {
	across := kernels.MatMul{M: rows, N: a.keys, K: a.d, ARow: a.c, ACol: 1, BRow: 1, BCol: 2 * a.c, CRow: a.keys}.Prepare()
	along := kernels.MatMul{M: rows, N: a.d, K: a.keys, ARow: a.keys, ACol: 1, BRow: 2 * a.c, BCol: 1, CRow: a.c}.Prepare()
	down := kernels.MatMul{M: a.keys, N: a.d, K: rows, ARow: 1, ACol: a.keys, BRow: a.c, BCol: 1, CRow: 2 * a.c}.Prepare()
	return attentionProducts{rows: rows, across: across, along: along, down: down}
}

func (p *attentionProducts) scratch() int {
	return max(p.across.Scratch(), p.along.Scratch(), p.down.Scratch())
}

// block returns the products of a block and where its queries begin, and where the keys of its image do.
func (a *attention) block(image, head, block int) (p *attentionProducts, at, keys int) {
	p = &a.whole
	if block == a.blocks-1 {
		p = &a.last
	}
	at = (image*a.queries+block*queryBlock)*a.c + head*a.d
	return p, at, image*a.keys*2*a.c + head*a.d
}

// probabilities computes P of a block.
func (a *attention) probabilities(p *attentionProducts, at, keys int, to, scratch []float32) {
	p.across.Run(false, a.q.value.data[at:], a.kv.value.data[keys:], to, scratch)
	kernels.Scale(a.scale, to, to)
	kernels.Softmax(p.rows, a.keys, to, to)
}

// forward computes the result of a block of pixels, for one head.
func (a *attention) forward(task int, scratch []float32) {
	image, head, block := task/(a.heads*a.blocks), task/a.blocks%a.heads, task%a.blocks
	p, at, keys := a.block(image, head, block)
	probabilities, scratch := scratch[:p.rows*a.keys], scratch[2*queryBlock*a.keys:]
	a.probabilities(p, at, keys, probabilities, scratch)
	p.along.Run(false, probabilities, a.kv.value.data[keys+a.c:], a.y.value.data[at:], scratch)
}

// backward computes the gradients of one head of an image, block after block.
func (a *attention) backward(task int, scratch []float32) {
	for block := range a.blocks {
		p, at, keys := a.block(task/a.heads, task%a.heads, block)
		n := p.rows * a.keys
		probabilities, slope, spare := scratch[:n], scratch[n:2*n], scratch[2*queryBlock*a.keys:]
		a.probabilities(p, at, keys, probabilities, spare)
		add := a.kv.accumulate || block > 0
		dy := a.y.grad.data[at:]
		if a.kv.needsGrad {
			p.down.Run(add, probabilities, dy, a.kv.grad.data[keys+a.c:], spare)
		}
		p.across.Run(false, dy, a.kv.value.data[keys+a.c:], slope, spare)
		kernels.SoftmaxGrad(p.rows, a.keys, false, probabilities, slope, slope)
		kernels.Scale(a.scale, slope, slope)
		if a.q.needsGrad {
			p.along.Run(a.q.accumulate, slope, a.kv.value.data[keys:], a.q.grad.data[at:], spare)
		}
		if a.kv.needsGrad {
			p.down.Run(add, slope, a.q.value.data[at:], a.kv.grad.data[keys:], spare)
		}
	}
}
