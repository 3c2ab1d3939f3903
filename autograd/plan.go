package autograd

import (
	"cmp"
	"math"
	"slices"

	"tessera/internal/parallel"
	"tessera/tensor"
)

// A moment is a point of a step: the forward or the backward pass of an operation.
type moment struct {
	op   int
	back bool
}

func forwardOf(op int) moment  { return moment{op, false} }
func backwardOf(op int) moment { return moment{op, true} }

// forever marks buffers that are never reused.
var forever = moment{op: -1}

// time numbers the moments of a program of n operations: forward 0 to n-1, backward n to 2n-1.
func (m moment) time(n int) int {
	if m.back {
		return 2*n - 1 - m.op
	}
	return m.op
}

// later returns the later of two moments.
func later(a, b moment) moment {
	if a == forever || b == forever {
		return forever
	}
	const n = math.MaxInt32 / 4
	if a.time(n) > b.time(n) {
		return a
	}
	return b
}

// A buffer is a piece of the arena, needed from birth to death, both included.
type buffer struct {
	floats       int
	birth, death moment
	begin, end   int // the same as times
	offset       int
	data         []float32
}

// memory is what a tape's buffers lie in.
type memory struct {
	buffers []*buffer
	dying   [][]*buffer // by time, for Poison
	work    int         // floats of scratch that each worker needs
	workers [][]float32
	room    int // floats that each needs for the pixels of a task: see carried
	rooms   [][]float32
	floats  int // size of the arena
	arena   *tensor.Arena
}

// buffer asks for floats that live from birth to death.
func (m *memory) buffer(floats int, birth, death moment) *buffer {
	b := &buffer{floats: floats, birth: birth, death: death}
	m.buffers = append(m.buffers, b)
	return b
}

// saved returns a buffer that lives from the forward to the backward pass of o, the operation being recorded.
func (t *Tape) saved(floats int) *buffer {
	o := len(t.ops) - 1
	if !t.training() {
		return t.memory.buffer(floats, forwardOf(o), forwardOf(o))
	}
	return t.memory.buffer(floats, forwardOf(o), backwardOf(o))
}

// temporary returns a buffer for the forward pass of the operation being recorded, or for its backward pass.
func (t *Tape) temporary(floats int, back bool) *buffer {
	m := moment{len(t.ops) - 1, back}
	if back && !t.training() {
		return &buffer{}
	}
	return t.memory.buffer(floats, m, m)
}

// prepared returns a buffer for what an operation's prepare leaves to its forward pass.
func (t *Tape) prepared(floats int) *buffer {
	if t.FixedWeights && !t.training() {
		return t.memory.buffer(floats, forever, forever)
	}
	return t.temporary(floats, false)
}

// worker asks for scratch of each worker. Its content does not outlive a task.
func (t *Tape) worker(floats int) { t.memory.work = max(t.memory.work, floats) }

// scratchOf returns the scratch of a worker.
func (t *Tape) scratchOf(worker int) []float32 { return t.memory.workers[worker] }

// needRoom asks for room for the pixels of a task, beside the scratch of its worker.
func (t *Tape) needRoom(floats int) {
	if t.carries() {
		t.memory.room = max(t.memory.room, floats)
	}
}

// roomOf returns the room of a worker.
func (t *Tape) roomOf(worker int) []float32 { return t.memory.rooms[worker] }

// perWorker returns the floats of a worker.
func (m *memory) perWorker() int { return align(m.work) + align(m.room) }

// Forecast returns the bytes that Plan reserves for values, gradients and scratch, with so many workers. Parameters,
// their gradients and the optimizer's moments come on top.
func (t *Tape) Forecast(workers int) int64 {
	t.lifetimes()
	return 4 * int64(t.memory.place(2*len(t.ops))+workers*t.memory.perWorker())
}

// Plan gives every buffer its place and reserves the memory. No operation can be recorded after it.
func (t *Tape) Plan() error {
	t.lifetimes()
	m := &t.memory
	workers := parallel.Workers()
	m.floats = m.place(2*len(t.ops)) + workers*m.perWorker()
	arena, err := tensor.NewArena(m.floats)
	if err != nil {
		return err
	}
	m.arena = arena
	for _, b := range m.buffers {
		b.data = arena.Floats(b.offset, b.floats)
	}
	t.placeStored()
	m.workers, m.rooms = make([][]float32, workers), make([][]float32, workers)
	for w := range m.workers {
		at := m.floats - (w+1)*m.perWorker()
		m.workers[w], m.rooms[w] = arena.Floats(at, m.work), arena.Floats(at+align(m.work), m.room)
	}
	m.dying = make([][]*buffer, 2*len(t.ops))
	for _, b := range m.buffers {
		if b.birth != forever && b.death != forever {
			m.dying[b.end] = append(m.dying[b.end], b)
		}
	}
	return nil
}

// Bytes returns the memory that Plan reserved.
func (t *Tape) Bytes() int64 { return t.memory.arena.Bytes() }

// Free gives the tape's memory back. The tape cannot be used after it.
func (t *Tape) Free() {
	if t.memory.arena != nil {
		t.memory.arena.Free()
	}
}

// lifetimes extends values to their last readers and makes the gradients.
func (t *Tape) lifetimes() {
	t.chooseCarried()
	t.chooseStorage()
	for i, o := range t.ops {
		for _, v := range o.in {
			v.value.death = later(v.value.death, forwardOf(i))
		}
		if o.out.needsGrad {
			for _, v := range o.keep {
				if v.stored == nil {
					v.value.death = later(v.value.death, backwardOf(i))
				}
			}
		}
	}
	for _, v := range t.vars {
		if !v.needsGrad || v.param != nil || v.grad != nil {
			continue
		}
		first := v.last
		if first < 0 { // the loss
			first = v.producer
		}
		n := v.Shape.Size()
		if v.carriesGrad {
			v.slope16 = &carried{half: t.memory.buffer((n+1)/2, backwardOf(first), backwardOf(v.producer))}
			n = 0
		}
		v.grad = t.memory.buffer(n, backwardOf(first), backwardOf(v.producer))
	}
}

// align rounds up to whole cache lines.
func align(floats int) int { return (floats + tensor.Align - 1) / tensor.Align * tensor.Align }

// place chooses offsets so that buffers alive at the same time do not overlap, each as low as it fits, and returns the floats
// needed. There are as many times as given. It takes buffers in several orders, and the one that needs least.
func (m *memory) place(times int) int {
	order := make([]*buffer, 0, len(m.buffers))
	for _, b := range m.buffers {
		b.begin, b.end = 0, times-1
		if b.birth != forever {
			b.begin = b.birth.time(times / 2)
		}
		if b.birth != forever && b.death != forever {
			b.end = b.death.time(times / 2)
		}
		order = append(order, b)
	}
	least, best := math.MaxInt, make([]int, len(m.buffers))
	for _, by := range []func(a, b *buffer) int{larger, waiting(times / 2)} {
		slices.SortStableFunc(order, by)
		if floats := m.placeInOrder(order); floats < least {
			least = floats
			for i, b := range m.buffers {
				best[i] = b.offset
			}
		}
	}
	for i, b := range m.buffers {
		b.offset = best[i]
	}
	return least
}

// larger puts the largest buffers first.
func larger(a, b *buffer) int { return cmp.Compare(b.floats, a.floats) }

// waiting puts what waits for the backward pass first, what waits longest ahead: a stack, on which the rest lies, the largest
// first. Backward begins at the moment given.
func waiting(back int) func(a, b *buffer) int {
	wait := func(b *buffer) int {
		if b.begin < back && b.end >= back {
			return b.end - b.begin
		}
		return 0
	}
	return func(a, b *buffer) int { return cmp.Or(cmp.Compare(wait(b), wait(a)), larger(a, b)) }
}

// placeInOrder gives buffers their offsets one after the other.
func (m *memory) placeInOrder(order []*buffer) int {
	total := 0
	placed := make([]*buffer, 0, len(order)) // by offset
	for i, b := range order {
		// An odd number of cache lines between buffers keeps them from falling into the same cache sets.
		need := align(b.floats) + i%61*tensor.Align
		at := 0
		for _, p := range placed {
			if p.begin > b.end || p.end < b.begin {
				continue
			}
			if p.offset >= at+need {
				break
			}
			at = max(at, p.offset+align(p.floats))
		}
		b.offset = at
		total = max(total, at+need)
		where, _ := slices.BinarySearchFunc(placed, b, func(p, b *buffer) int { return cmp.Compare(p.offset, b.offset) })
		placed = slices.Insert(placed, where, b)
	}
	return total
}

// release fills the buffers whose last moment was time with NaN, if that is wanted.
func (m *memory) release(time int, poison bool) {
	if !poison {
		return
	}
	nan := math.Float32frombits(0x7fc07fc0) // both halves are NaN too, in both kinds of 16 bits
	for _, b := range m.dying[time] {
		for i := range b.data {
			b.data[i] = nan
		}
	}
}
