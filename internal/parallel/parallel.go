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
// worker 0. A step of training has a thousand loops a few microseconds apart, so who waits looks for a while before
// it sleeps: being woken costs more than most gaps last.
type pool struct {
	workers []*worker // all but the first
	looks   int       // before who waits sleeps

	// job is the number of the loop times maxWorkers plus the number of workers it wants, in one word, so that a
	// worker knows from one look whether it is wanted; the others leave the fields below alone.
	job     atomic.Uint64
	body    func(task, worker int)
	tasks   int64
	next    atomic.Int64
	pending atomic.Int64 // workers that have not finished the loop
	fault   atomic.Pointer[fault]

	sleeping atomic.Uint64 // the job whose end the caller sleeps for, 0 for none
	done     chan struct{}
}

// A worker is a goroutine of the pool, from its own side.
type worker struct {
	sleeping atomic.Bool
	wake     chan struct{}
}

type fault struct{ value any }

const (
	maxWorkers = 1 << 16
	looks      = 10000 // some 10 to 20 µs
)

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
	n = min(n, maxWorkers-1)
	turn.Lock()
	defer turn.Unlock()
	if current != nil {
		current.end()
	}
	current = newPool(n)
	count.Store(int64(n))
}

func newPool(n int) *pool {
	p := &pool{done: make(chan struct{}, 1)}
	if n <= min(runtime.NumCPU(), runtime.GOMAXPROCS(0)) { // else looking keeps somebody from working
		p.looks = looks
	}
	for i := 1; i < n; i++ {
		w := &worker{wake: make(chan struct{}, 1)}
		p.workers = append(p.workers, w)
		go p.serve(w, i)
	}
	return p
}

// end makes all workers return, by a loop without a body.
func (p *pool) end() {
	p.body = nil
	p.start(len(p.workers))
}

// start gives the loop described by body, tasks and next to so many workers.
func (p *pool) start(helpers int) {
	p.pending.Store(int64(helpers))
	p.job.Store((p.job.Load()/maxWorkers+1)*maxWorkers + uint64(helpers))
	for _, w := range p.workers[:helpers] {
		if w.sleeping.CompareAndSwap(true, false) {
			w.wake <- struct{}{}
		}
	}
}

// serve runs the loops that want worker i, until one has no body.
func (p *pool) serve(w *worker, i int) {
	seen := uint64(0)
	for {
		seen = p.await(w, seen)
		if int(seen%maxWorkers) < i {
			continue
		}
		if p.body == nil {
			return
		}
		p.work(i)
		// The caller may have seen the end itself and be in its next loop: only this job's end wakes it.
		if p.pending.Add(-1) == 0 && p.sleeping.CompareAndSwap(seen, 0) {
			p.done <- struct{}{}
		}
	}
}

// await returns the next job after the one seen.
func (p *pool) await(w *worker, seen uint64) uint64 {
	for range p.looks {
		if job := p.job.Load(); job != seen {
			return job
		}
	}
	w.sleeping.Swap(true) // not Store: emulators of arm64 let the load below overtake a store
	if job := p.job.Load(); job != seen && w.sleeping.CompareAndSwap(true, false) {
		return job // it came in between, and nobody will send a wake-up
	}
	<-w.wake
	return p.job.Load()
}

// join returns when the workers have finished the loop.
func (p *pool) join() {
	for range p.looks {
		if p.pending.Load() == 0 {
			return
		}
	}
	job := p.job.Load()
	p.sleeping.Swap(job) // see await
	if p.pending.Load() == 0 && p.sleeping.CompareAndSwap(job, 0) {
		return
	}
	<-p.done
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
	p.body, p.tasks = body, int64(tasks)
	p.next.Store(0)
	p.start(min(len(p.workers), tasks-1))
	p.work(0)
	p.join()
	if f := p.fault.Swap(nil); f != nil {
		panic(f.value)
	}
}

// work takes tasks until none is left.
func (p *pool) work(worker int) {
	defer func() {
		if v := recover(); v != nil {
			p.fault.CompareAndSwap(nil, &fault{v})
			p.next.Store(p.tasks)
		}
	}()
	for {
		i := p.next.Add(1) - 1
		if i >= p.tasks {
			return
		}
		p.body(int(i), worker)
	}
}
