package autograd

import (
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// HardBCE is HardCrossEntropy of classes that are judged apart from each other: BCE of the pixels, of each class by itself, whose
// labels are least probable. A pixel that is hard for one class may be left out for another.
func HardBCE(t *Tape, x *Var, target Target, h HardOptions) *Var {
	const op = "hard bce"
	target.check(op, x, true)
	checkWeights(op, x, h.Weights)
	o, y := t.record(op, tensor.Dims(), x)
	o.keep = []*Var{x}
	b := newLossBlocks(x)
	t.worker(2 * b.size * b.c)
	n, l := x.Shape.Size(), &kernels.BCE{C: b.c, Smoothing: h.Smoothing, Weight: h.Weights}
	hardness, keys := t.temporary(n, false), t.temporary(n, false)
	sums, kept := newMeanSums(b), make([]bool, n)
	// block returns the logits of block i, what the target says of them, and the rest of the scratch.
	block := func(i, worker int) (at, end int, logits, want, rest []float32) {
		begin, stop := b.at(i)
		at, end = begin*b.c, stop*b.c
		want, rest = t.scratchOf(worker)[:end-at], t.scratchOf(worker)[end-at:]
		target.dense(begin, stop, b.c, h.Ignore, want)
		return at, end, x.value.data[at:end], want, rest
	}
	// hardest is block of what is kept.
	hardest := func(i, worker int) (at, end int, logits, want, rest []float32) {
		at, end, logits, want, rest = block(i, worker)
		for j, keep := range kept[at:end] {
			if !keep {
				want[j] = -1
			}
		}
		return at, end, logits, want, rest
	}
	look := func(i, worker int) {
		at, end, logits, want, _ := block(i, worker)
		kernels.BCEEach(logits, want, hardness.data[at:end])
	}
	forward := func(i, worker int) {
		_, _, logits, want, rest := hardest(i, worker)
		sums.loss[i], sums.count[i] = l.Loss(logits, want, rest)
	}
	o.forward = func() {
		parallel.For(b.blocks, look)
		key, ties := h.bound(hardness.data, tensor.Words(keys.data))
		for i, v := range hardness.data {
			kept[i] = hard(v, key, &ties)
		}
		parallel.For(b.blocks, forward)
		y.value.data[0] = sums.mean()
	}
	backward := func(i, worker int) {
		at, end, logits, want, rest := hardest(i, worker)
		x.passBlock(at, end, rest, func(dx []float32) { l.Grad(logits, want, sums.scale(y), dx) })
	}
	o.backward = func() { parallel.For(b.blocks, backward) }
	return y
}
