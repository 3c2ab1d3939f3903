package autograd

import (
	"sync/atomic"

	"tessera/internal/parallel"
)

// A pass is a loop of tasks over a value, from its beginning to its end, with what comes before and after it. Before and after may
// be nil.
type pass struct {
	before func()
	tasks  int
	run    func(task, worker int)
	after  func()
}

// together returns a function that runs passes over the same value as one loop, the tasks beside each other that read the same part:
// what one has brought into the cache the next ones find there.
func together(passes ...pass) func() {
	type step struct{ pass, task int }
	var order []step
	done := make([]int, len(passes))
	for {
		next := -1
		for i, p := range passes {
			if done[i] < p.tasks && (next < 0 || done[i]*passes[next].tasks < done[next]*p.tasks) {
				next = i
			}
		}
		if next < 0 {
			break
		}
		order = append(order, step{next, done[next]})
		done[next]++
	}
	run := func(i, worker int) { passes[order[i].pass].run(order[i].task, worker) }
	return func() {
		for _, p := range passes {
			if p.before != nil {
				p.before()
			}
		}
		parallel.For(len(order), run)
		for _, p := range passes {
			if p.after != nil {
				p.after()
			}
		}
	}
}

// bands are the pixels that tasks of a convolution compute, which it may cut into parts by channels as well: all tasks of a part, then
// all of the next.
type bands struct {
	parts    int32
	finished []atomic.Int32 // parts of each band
}

func newBands(n, tasks int) *bands { return &bands{int32(tasks / n), make([]atomic.Int32, n)} }

// whole returns the band of a task that has finished, and whether all its parts have.
func (b *bands) whole(task int) (band int, all bool) {
	band = task % len(b.finished)
	if b.parts == 1 {
		return band, true
	}
	if b.finished[band].Add(1) < b.parts {
		return band, false
	}
	b.finished[band].Store(0) // for the next pass
	return band, true
}
