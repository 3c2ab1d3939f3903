package autograd

import (
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// HardOptions say which pixels HardCrossEntropy keeps, and their loss.
type HardOptions struct {
	Ignore    int       // class that does not count, NoIgnore for none
	Keep      float64   // share of the pixels that count which is kept at least, rounded down to pixels, but at least one
	Threshold float64   // probability of the target below which a pixel is kept in any case; 0 for none
	Smoothing float32   // as in CrossEntropy
	Weights   []float32 // likewise
}

// HardCrossEntropy returns CrossEntropy of the pixels whose targets are least probable, a number: online hard example mining
// (Shrivastava et al., "Training Region-based Object Detectors with Online Hard Example Mining", CVPR 2016), or, without a
// threshold, the top-k loss (Wu et al., "Bridging Category-level and Instance-level Semantic Image Segmentation", 2016). Of
// equally hard pixels the first are kept. Others have no gradient. A mixed pixel is as hard as the mean of its classes.
func HardCrossEntropy(t *Tape, x *Var, target Target, h HardOptions) *Var {
	const op = "hard cross-entropy"
	target.check(op, x, false)
	checkWeights(op, x, h.Weights)
	skip := h.Ignore
	if skip == NoIgnore {
		skip = 255
		if channels(x) > 255 {
			panic("autograd: hard cross-entropy of more than 255 classes needs one to ignore")
		}
	}
	o, y := t.record(op, tensor.Dims(), x)
	o.keep = []*Var{x}
	b := newLossBlocks(x)
	t.worker(b.size * b.c)
	norm, hardness, keys := t.saved(2*b.rows), t.temporary(b.rows, false), t.temporary(b.rows, false)
	sums, kept := newMeanSums(b), make([]uint8, b.rows)
	labels := func(begin, end int) kernels.Labels {
		l := target.rows(begin, end)
		l.Class = kept[begin:end]
		return l
	}
	sum := func(i, worker, ignore int, l kernels.Labels) {
		begin, end := b.at(i)
		sums.loss[i], sums.count[i] = kernels.CrossEntropy(end-begin, b.c, ignore, h.Smoothing, h.Weights,
			x.value.data[begin*b.c:end*b.c], l, norm.data[2*begin:2*end], t.scratchOf(worker))
	}
	look := func(i, worker int) {
		begin, end := b.at(i)
		sum(i, worker, h.Ignore, target.rows(begin, end))
		kernels.CrossEntropyEach(end-begin, b.c, h.Ignore, x.value.data[begin*b.c:end*b.c], target.rows(begin, end),
			norm.data[2*begin:2*end], hardness.data[begin:end])
	}
	forward := func(i, worker int) { begin, end := b.at(i); sum(i, worker, skip, labels(begin, end)) }
	o.forward = func() {
		parallel.For(b.blocks, look)
		h.choose(hardness.data, tensor.Words(keys.data), target.Labels.Indices, uint8(skip), kept)
		parallel.For(b.blocks, forward)
		y.value.data[0] = sums.mean()
	}
	backward := func(i, worker int) {
		begin, end := b.at(i)
		x.passBlock(begin*b.c, end*b.c, t.scratchOf(worker), func(dx []float32) {
			kernels.CrossEntropyGrad(end-begin, b.c, skip, h.Smoothing, h.Weights, x.value.data[begin*b.c:end*b.c],
				labels(begin, end), norm.data[2*begin:2*end], sums.scale(y), dx)
		})
	}
	o.backward = func() { parallel.For(b.blocks, backward) }
	return y
}

// choose sets kept to the labels of the hardest pixels, and to skip elsewhere.
func (h *HardOptions) choose(hardness []float32, keys []uint32, labels []uint8, skip uint8, kept []uint8) {
	key, ties := h.bound(hardness, keys)
	for i, v := range hardness {
		kept[i] = skip
		if hard(v, key, &ties) {
			kept[i] = labels[i]
		}
	}
}

// bound returns the key of the least hardness that is kept, and how many of that. Negative hardness does not count.
func (h *HardOptions) bound(hardness []float32, keys []uint32) (key uint32, ties int) {
	keys = keys[:0]
	least, below := float32(-kernels.Log64(h.Threshold)), 0 // infinite for 0
	for _, v := range hardness {
		if !(v < 0) { // NaN is the hardest
			keys = append(keys, kernels.SortKey(v))
			if v > least {
				below++
			}
		}
	}
	if len(keys) == 0 {
		return 0, 0
	}
	return kernels.NthLargest(keys, max(1, below, int(h.Keep*float64(len(keys)))))
}

// hard tells whether what has hardness v is kept.
func hard(v float32, key uint32, ties *int) bool {
	if v < 0 {
		return false
	}
	k := kernels.SortKey(v)
	if k == key && *ties > 0 {
		*ties--
		return true
	}
	return k > key
}
