package autograd

import (
	"slices"
	"unsafe"

	"tessera/kernels"
)

// A value or the gradient of one is carried if it lies in bfloat16 alone between the operations that write and read it: half the
// memory, and half of what passes over it load and store. Operations compute in float32 on the pixels of a task, which lie
// in the room of its worker meanwhile, and round them once.
//
// In BFloat16 a value is carried if the operation that computes it writes it by Var.part and Var.put (op.makes) and all that read
// it do so by Var.values, Var.rows or Var.numbers (op.reads, op.unpacks). Its gradient is if all of them write it by Var.slopePart
// and Var.putSlope (op.slopes), and its producer reads it by Var.slope or Var.slopeRows (op.takes). Whatever else is float32.
type carried struct {
	half    *buffer
	numbers []uint16 // the memory of half
}

// placed takes note of where the memory of n numbers lies.
func (c *carried) placed(n int) {
	c.numbers = unsafe.Slice((*uint16)(unsafe.Pointer(unsafe.SliceData(c.half.data))), n)
}

// carries tells whether maps lie in bfloat16 where they can.
func (t *Tape) carries() bool {
	return t.training() && t.Precision == kernels.BFloat16 && (t.Storage == kernels.StoreAuto || t.Storage == kernels.StoreBFloat16)
}

// carry says that an operation reads the images in and writes its result in any form, and their gradients too.
func (o *op) carry(in ...*Var) { o.reads, o.slopes, o.makes, o.takes = in, in, true, true }

// chooseCarried decides which values are carried, and which gradients.
func (t *Tape) chooseCarried() {
	if t.chosen || !t.carries() {
		return
	}
	readers := map[*Var][]int{}
	for i, o := range t.ops {
		for _, v := range o.in {
			readers[v] = append(readers[v], i)
		}
	}
	for _, v := range t.vars {
		if v.producer < 0 || v.value.death == forever || len(readers[v]) == 0 || v.Shape.Size() < leastStored {
			continue
		}
		o := t.ops[v.producer]
		v.carriesGrad = o.takes && v.needsGrad && !slices.ContainsFunc(readers[v], func(i int) bool { return !slices.Contains(t.ops[i].slopes, v) })
		if !o.makes || slices.ContainsFunc(readers[v], func(i int) bool { return !t.ops[i].readsCarried(v) }) {
			continue
		}
		last := moment{op: v.last}
		for _, i := range readers[v] {
			if t.ops[i].out.needsGrad && slices.Contains(t.ops[i].keep, v) {
				last = later(last, backwardOf(i))
			}
		}
		v.value.floats = 0
		v.stored = &stored{storage: kernels.StoreBFloat16, by: v.producer, alone: true}
		v.stored.half = t.memory.buffer((v.Shape.Size()+1)/2, forwardOf(v.producer), last)
	}
}

// readsCarried tells whether an operation reads a carried value in both passes.
func (o *op) readsCarried(v *Var) bool {
	return slices.Contains(o.reads, v) && (!o.out.needsGrad || !slices.Contains(o.keep, v) || slices.Contains(o.unpacks, v))
}

// carried tells whether a value is.
func (v *Var) carried() bool { return v.stored != nil && v.stored.alone }

// values returns a value as the forward pass finds it.
func (v *Var) values() kernels.Numbers {
	if v.carried() {
		return v.numbers()
	}
	return kernels.Floats(v.value.data)
}

// valueRows returns the elements from begin to end for a forward pass, in scratch if they are carried.
func (v *Var) valueRows(begin, end int, scratch []float32) []float32 {
	if v.carried() {
		return v.rows(begin, end, scratch)
	}
	return v.value.data[begin:end]
}

// part returns where a task computes the elements from begin to end: where they lie, or in room. If the task adds to them, they are there.
func (v *Var) part(begin, end int, adds bool, room []float32) []float32 {
	if !v.carried() {
		return v.value.data[begin:end]
	}
	if adds {
		widen(v.stored.numbers[begin:end], room)
	}
	return room[:end-begin]
}

// put stores what a task has computed in its part, which begins at an element.
func (v *Var) put(begin int, part []float32) {
	if v.carried() {
		kernels.Narrow16(part, v.stored.numbers[begin:])
	}
}

// slope returns the gradient of a value.
func (v *Var) slope() kernels.Numbers {
	if v.slope16 == nil {
		return kernels.Floats(v.grad.data)
	}
	return kernels.StoreBFloat16.Stored(v.slope16.numbers)
}

// slopeRows returns the gradient's elements from begin to end, in scratch if it is carried.
func (v *Var) slopeRows(begin, end int, scratch []float32) []float32 {
	if v.slope16 == nil {
		return v.grad.data[begin:end]
	}
	widen(v.slope16.numbers[begin:end], scratch)
	return scratch[:end-begin]
}

// slopePart is part for the gradient of v, to which tasks add if accumulate is set.
func (v *Var) slopePart(begin, end int, room []float32) []float32 {
	if v.slope16 == nil || v.accumulate {
		return v.slopeRows(begin, end, room)
	}
	return room[:end-begin]
}

// putSlope is put for the gradient.
func (v *Var) putSlope(begin int, part []float32) {
	if v.slope16 != nil {
		kernels.Narrow16(part, v.slope16.numbers[begin:])
	}
}

// clearGrad makes the gradient zero.
func (v *Var) clearGrad() {
	clear(v.grad.data)
	if v.slope16 != nil {
		clear(v.slope16.numbers)
	}
}

// numbersOfCall is how many numbers a call of a kernel widens.
const numbersOfCall = 64 << 10

func widen(x []uint16, y []float32) {
	for i := 0; i < len(x); i += numbersOfCall {
		kernels.BF16ToF32(x[i:min(i+numbersOfCall, len(x))], y[i:])
	}
}

// Channels of the pixels of a task: those from c0 to c1 of c, where a task computes some of them only.

// putChannels is put of some channels.
func (v *Var) putChannels(begin, c, c0, c1 int, part []float32) {
	switch {
	case !v.carried():
	case c1-c0 == c:
		v.put(begin, part)
	default:
		narrowChannels(c, c0, c1, part, v.stored.numbers[begin:])
	}
}

// slopeChannels is slopePart of some channels.
func (v *Var) slopeChannels(begin, end, c, c0, c1 int, room []float32) []float32 {
	if v.slope16 == nil || !v.accumulate || c1-c0 == c {
		return v.slopePart(begin, end, room)
	}
	for i := begin; i < end; i += c {
		kernels.BF16ToF32(v.slope16.numbers[i+c0:i+c1], room[i-begin+c0:])
	}
	return room[:end-begin]
}

// putSlopeChannels is putSlope of some channels.
func (v *Var) putSlopeChannels(begin, c, c0, c1 int, part []float32) {
	switch {
	case v.slope16 == nil:
	case c1-c0 == c:
		v.putSlope(begin, part)
	default:
		narrowChannels(c, c0, c1, part, v.slope16.numbers[begin:])
	}
}

func narrowChannels(c, c0, c1 int, x []float32, y []uint16) {
	for i := 0; i < len(x); i += c {
		kernels.Narrow16(x[i+c0:i+c1], y[i+c0:])
	}
}
