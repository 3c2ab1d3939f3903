// Package parallel runs the tasks of one loop on all cores.
//
// The number of workers changes who runs a task and when, never what a task computes: tasks are cut from shapes alone
// and each writes its own part of a result.
package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// A pool is a set of goroutines that wait for a loop. There is one at a time; the goroutine that calls For is its
// worker 0.
type pool struct {
	workers int
	wake    []chan struct{} // one for each worker but the first; closed to end it
	running sync.WaitGroup
	busy    atomic.Int64 // workers but the first that have not finished the loop

	body   func(task, worker int)
	shares []share // one for each worker that takes part
	fault  atomic.Pointer[fault]
}

// A share is the tasks that a worker begins with: a run of them, the same in every loop of as many tasks. Loops over the same
// picture follow each other, and so find in a core's own cache what it wrote in the loop before.
type share struct {
	next atomic.Int64
	end  int64
	_    [48]byte // shares lie in cache lines of their own
}

type fault struct{ value any }

var (
	turn    sync.Mutex // held by the loop that uses the pool, and while the pool changes
	current *pool
	count   atomic.Int64 // number of workers, read without turn
)

func init() { SetWorkers(0) }

// Workers returns the number of workers: task bodies see worker indices below it.
func Workers() int { return int(count.Load()) }

// SetWorkers sets the number of workers, GOMAXPROCS if n is 0 or less. It must not be called while work prepared for
// the old number goes on.
func SetWorkers(n int) {
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	turn.Lock()
	defer turn.Unlock()
	if current != nil {
		for _, wake := range current.wake {
			close(wake)
		}
	}
	current = newPool(n)
	count.Store(int64(n))
}

func newPool(n int) *pool {
	p := &pool{workers: n, shares: make([]share, n)}
	for w := 1; w < n; w++ {
		wake := make(chan struct{}, 1)
		p.wake = append(p.wake, wake)
		go func() {
			for awaken(wake) {
				p.work(w)
				p.busy.Add(-1)
				p.running.Done()
			}
		}()
	}
	return p
}

// looks is how often a worker looks for the next loop, and the first worker for the end of the others, before it sleeps:
// some 100 µs. A processor that sleeps takes as long to wake where it is a virtual one, and loops follow each other sooner.
// Between two looks whatever else waits may run.
const looks = 2000

// awaken waits for the next loop. It returns false when there will be none.
func awaken(wake chan struct{}) bool {
	for range looks {
		select {
		case _, more := <-wake:
			return more
		default:
			runtime.Gosched()
		}
	}
	_, more := <-wake
	return more
}

// For calls body once for each task below tasks, on all workers, and returns when all have returned. Only one loop
// has the workers at a time: a call from inside a body or beside another loop runs its tasks itself, as worker 0, so
// scratch space indexed by worker must belong to the loop. A panic in a body is raised again in the caller.
// For does not allocate.
func For(tasks int, body func(task, worker int)) {
	if tasks <= 1 || Workers() == 1 || !turn.TryLock() {
		for i := range tasks {
			body(i, 0)
		}
		return
	}
	defer turn.Unlock()
	p := current
	helpers := min(len(p.wake), tasks-1)
	p.body, p.shares = body, p.shares[:helpers+1]
	for w := range p.shares {
		p.shares[w].next.Store(int64(w * tasks / (helpers + 1)))
		p.shares[w].end = int64((w + 1) * tasks / (helpers + 1))
	}
	p.running.Add(helpers)
	p.busy.Store(int64(helpers))
	for _, wake := range p.wake[:helpers] {
		wake <- struct{}{}
	}
	p.work(0)
	for i := 0; i < looks && p.busy.Load() > 0; i++ {
		runtime.Gosched()
	}
	p.running.Wait()
	p.body = nil
	if f := p.fault.Swap(nil); f != nil {
		panic(f.value)
	}
}

// work takes the tasks of the worker's share, and then those that others have left.
func (p *pool) work(worker int) {
	defer func() {
		if v := recover(); v != nil {
			p.fault.CompareAndSwap(nil, &fault{v})
			for w := range p.shares {
				p.shares[w].next.Store(p.shares[w].end)
			}
		}
	}()
	for w := range p.shares {
		for s := &p.shares[(worker+w)%len(p.shares)]; ; {
			i := s.next.Add(1) - 1
			if i >= s.end {
				break
			}
			p.body(int(i), worker)
		}
	}
}
