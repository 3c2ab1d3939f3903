package autograd

import "tessera/kernels"

// A follower lets the operation that completes a gradient call the next one's first pass for each task it has done, while
// the task's pixels are in the cache. It belongs to a value; the operation that read it first completes its gradient.
type follower struct {
	producer int                                              // the operation whose pass it is
	c, kinds int                                              // its sums
	pass     func(begin, end, worker int, dy, part []float32) // dy is the gradient of the pixels from begin to end
	sums     *sums
	done     bool // in this backward pass
	// passMore is pass of a carried gradient that lies in its place and lacks a number for each channel; it may be nil, and
	// tells whether it could.
	passMore func(begin, end int, add, part []float32) bool
}

// complete tells whether the operation being recorded completes the gradient of x for a follower, in so many tasks. If so, its
// backward pass must call begin before the tasks, and after for each, with the pixels it has computed and their gradient; else
// both do nothing but store it where it is carried. Nothing follows tasks that compute some channels only.
func (t *Tape) complete(x *Var, tasks int, allChannels bool) (begin func(), after func(task, first, end, worker int, dx []float32)) {
	f, op := x.follow, len(t.ops)-1
	if f == nil || x.first != op || !allChannels {
		c := x.Shape.Dim(x.Shape.Rank() - 1)
		return func() {}, func(_, first, _, _ int, dx []float32) { x.putSlope(first*c, dx) }
	}
	f.sums = newTaskSums(t, tasks, f.c, f.kinds, backwardOf(op), backwardOf(f.producer))
	begin = func() { f.done = true }
	return begin, func(task, first, end, worker int, dx []float32) { f.pass(first, end, worker, dx, f.sums.part(task)) }
}

// A next goes on with the pixels that a task of a forward pass has computed, which begin at an element, while they are in the
// cache. It tells whether it has put them where they belong.
type next func(task, begin int, y []float32) (stored bool)

func noNext(int, int, []float32) bool { return false }

// momentsOf are the moments of a value in training, measured by the operation that computes it.
type momentsOf struct {
	sums  *sums
	stats BatchStats
	y     *Var
}

// prepare makes room for them in the operation just recorded, for the next one to read.
func (m *momentsOf) prepare(t *Tape, y *Var, stats BatchStats, tasks int) {
	op := len(t.ops) - 1
	_, _, _, c := y.Shape.NHWC()
	*m = momentsOf{newTaskSums(t, tasks, c, 2, forwardOf(op), forwardOf(op+1)), stats, y}
}

// after measures the pixels that a task has computed, and puts them in their place on the way if they are carried.
func (m *momentsOf) after(task, begin int, y []float32) bool {
	part, c := m.sums.part(task), m.sums.c
	if m.y.carried() {
		kernels.ChannelMoments16(len(y)/c, c, y, m.stats.Mean.Data, part[:c], part[c:], m.y.stored.numbers[begin:])
		return true
	}
	m.stats.moments(c, y, part)
	return false
}
