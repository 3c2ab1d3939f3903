package autograd

import "tessera/kernels"

// lossBlocks cuts the pixels of logits into blocks, which the tasks of a loss are.
type lossBlocks struct{ rows, c, size, blocks int }

func newLossBlocks(x *Var) lossBlocks {
	_, _, _, c := x.Shape.NHWC()
	b := lossBlocks{rows: x.Shape.Size() / c, c: c, size: rowsOf(c)}
	b.blocks = (b.rows + b.size - 1) / b.size
	return b
}

// at returns the first pixel of block i and that after its last.
func (b lossBlocks) at(i int) (begin, end int) { return i * b.size, min((i+1)*b.size, b.rows) }

// passBlock lets compute write a part of the gradient of v, from begin to end, or adds what it writes to scratch.
func (v *Var) passBlock(begin, end int, scratch []float32, compute func(dx []float32)) {
	dx := v.grad.data[begin:end]
	if !v.accumulate {
		compute(dx)
		return
	}
	compute(scratch[:len(dx)])
	kernels.Accumulate(scratch[:len(dx)], dx)
}

// meanSums are the sums of a mean over pixels by block: of losses and of what they are divided by.
type meanSums struct {
	loss, count []float64
	total       float64 // of count
}

func newMeanSums(b lossBlocks) *meanSums {
	return &meanSums{loss: make([]float64, b.blocks), count: make([]float64, b.blocks)}
}

// mean adds the blocks up, in order, and returns the mean: 0 if nothing counts.
func (s *meanSums) mean() float32 {
	sum := 0.0
	s.total = 0
	for i, v := range s.loss {
		sum += v
		s.total += s.count[i]
	}
	if !(s.total > 0) {
		return 0
	}
	return float32(sum / s.total)
}

// scale returns what the slopes of the losses are multiplied by to be those of the mean y.
func (s *meanSums) scale(y *Var) float32 {
	if !(s.total > 0) {
		return 0
	}
	return float32(float64(y.grad.data[0]) / s.total)
}
