package autograd

import "tessera/internal/parallel"

// sums adds up columns of a matrix in two levels: blocks of rows in float32 by kernels, in parallel, and the blocks in
// float64 in their order. The blocks depend on the shape alone, so the result does too.
type sums struct {
	rows, c, kinds int // kinds of sums kept for each column
	size, blocks   int // rows of a block; number of blocks
	partial        *buffer
	totals         []float64 // kinds×c
}

// newSums prepares sums over rows of c columns for the operation being recorded.
func newSums(t *Tape, rows, c, kinds int, back bool) *sums {
	s := &sums{rows: rows, c: c, kinds: kinds, size: min(512, max(32, rowsOf(c)))}
	s.blocks = (rows + s.size - 1) / s.size
	s.partial = t.temporary(s.blocks*kinds*c, back)
	s.totals = make([]float64, kinds*c)
	return s
}

// newTaskSums prepares sums whose blocks are the tasks of an operation, computed while what they sum is in the cache.
// They are needed from birth to death.
func newTaskSums(t *Tape, tasks, c, kinds int, birth, death moment) *sums {
	return &sums{c: c, kinds: kinds, blocks: tasks, totals: make([]float64, kinds*c),
		partial: t.memory.buffer(tasks*kinds*c, birth, death)}
}

// block returns where block i begins, how many rows it has, and its zeroed sums.
func (s *sums) block(i int) (begin, rows int, part []float32) {
	return i * s.size, min(s.size, s.rows-i*s.size), s.part(i)
}

// part returns the zeroed sums of block i: kinds times c.
func (s *sums) part(i int) []float32 {
	n := s.kinds * s.c
	part := s.partial.data[i*n:][:n]
	clear(part)
	return part
}

// run computes all blocks and then the totals.
func (s *sums) run(block func(i, worker int)) {
	parallel.For(s.blocks, block)
	s.combine()
}

// combine computes the totals.
func (s *sums) combine() {
	clear(s.totals)
	for i := range s.blocks {
		part := s.partial.data[i*len(s.totals):][:len(s.totals)]
		for j, v := range part {
			s.totals[j] += float64(v)
		}
	}
}
