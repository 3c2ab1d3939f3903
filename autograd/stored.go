package autograd

import (
	"slices"

	"tessera/kernels"
)

// A stored is a value that waits for the backward pass in 16 bits: in float32 it lives no longer than the forward pass
// reads it. It is packed once it is computed, by the tape, or piece by piece by the operation that computes it or reads
// it first (op.writes). Backward passes that read piece by piece unpack what they read (op.unpacks, Var.rows, Var.numbers); the
// others find float32 numbers where the value was, in memory that lives for their operation alone.
//
// A value is stored so if an operation before the losses keeps it for its backward pass. Results of a forward pass are the same
// in any storage but where values are carried; gradients are those of rounded values.
type stored struct {
	carried // its memory
	storage kernels.Storage
	by      int // index of the operation that packs it, or after which the tape does
	byOp    bool
	alone   bool // there are no float32 numbers in the forward pass either
}

// A restored is a stored value as float32 numbers, for the backward pass of an operation.
type restored struct {
	v      *Var
	floats *buffer
	home   []float32 // of v in the forward pass
	unpack func()
}

// leastStored is how many numbers a value has that is worth packing. Those of squeeze-and-excitation mostly have fewer.
const leastStored = 64

// stores tells whether values may be stored in 16 bits.
func (t *Tape) stores() bool {
	if t.Storage == kernels.StoreAuto {
		return t.training() && (t.Precision == kernels.Float16 || t.Precision == kernels.BFloat16)
	}
	return t.training() && t.Storage != kernels.StoreFloat32
}

// convWorker asks for the scratch of a convolution whose gradient of the weights may read stored values.
func (t *Tape) convWorker(c *kernels.Conv) {
	t.worker(c.Scratch())
	if t.stores() {
		t.worker(c.Scratch() + c.StoredScratch())
	}
}

// chooseStorage decides which values are stored in 16 bits. The readers of a value are the operations whose backward passes
// need it, in their order.
func (t *Tape) chooseStorage() {
	if t.chosen || !t.stores() {
		return
	}
	t.chosen = true
	readers := map[*Var][]int{}
	for i, o := range t.ops {
		for _, v := range o.keep {
			if o.out.needsGrad && !slices.Contains(readers[v], i) {
				readers[v] = append(readers[v], i)
			}
		}
	}
	storages := map[*Var]kernels.Storage{}
	for _, v := range t.vars {
		storages[v] = t.storageOf(v, readers[v])
	}
	for changed := true; changed; { // what is compared is rounded alike, or not at all
		changed = false
		for _, o := range t.ops {
			if o.compares && o.out.needsGrad && slices.ContainsFunc(o.keep, func(v *Var) bool { return storages[v] != storages[o.keep[0]] }) {
				for _, v := range o.keep {
					changed = changed || storages[v] != kernels.StoreFloat32
					storages[v] = kernels.StoreFloat32
				}
			}
		}
	}
	for _, v := range t.vars {
		if s := storages[v]; s != kernels.StoreFloat32 {
			t.store(v, s, readers[v])
		}
	}
}

// storageOf returns how a value waits for the backward passes of readers.
func (t *Tape) storageOf(v *Var, readers []int) kernels.Storage {
	if v.carried() || len(readers) == 0 || v.producer < 0 || v.value.death == forever || v.Shape.Size() < leastStored {
		return kernels.StoreFloat32
	}
	for _, i := range readers {
		if t.ops[i].out.Shape.Size() == 1 { // a loss, whose backward pass comes next
			return kernels.StoreFloat32
		}
	}
	switch {
	case t.Storage != kernels.StoreAuto:
		return t.Storage
	case t.Precision == kernels.Float16:
		return kernels.StoreFloat16
	case t.Precision == kernels.BFloat16 && t.rounded(v, readers):
		return kernels.StoreBFloat16
	}
	return kernels.StoreFloat32
}

// rounded tells whether the backward passes of all readers round a value to bfloat16.
func (t *Tape) rounded(v *Var, readers []int) bool {
	return !slices.ContainsFunc(readers, func(i int) bool { return !slices.Contains(t.ops[i].rounds, v) })
}

// store makes room for a value in 16 bits, and for float32 numbers where readers want them.
func (t *Tape) store(v *Var, storage kernels.Storage, readers []int) {
	n := v.Shape.Size()
	s := &stored{storage: storage, by: v.producer, byOp: slices.Contains(t.ops[v.producer].writes, v)}
	if !s.byOp && v.first >= 0 && slices.Contains(t.ops[v.first].writes, v) {
		s.by, s.byOp = v.first, true
	}
	s.half = t.memory.buffer((n+1)/2, forwardOf(s.by), backwardOf(readers[0]))
	v.stored = s
	if !s.byOp {
		o := t.ops[s.by]
		o.packs = append(o.packs, each(n, func(i, j int) { storage.Pack(v.value.data[i:j], s.numbers[i:j]) }))
	}
	for _, i := range readers {
		if o := t.ops[i]; !slices.Contains(o.unpacks, v) {
			r := &restored{v: v, floats: t.memory.buffer(n, backwardOf(i), backwardOf(i))}
			r.unpack = each(n, func(i, j int) { storage.Unpack(s.numbers[i:j], r.floats.data[i:j]) })
			o.restores = append(o.restores, r)
		}
	}
}

// placeStored takes note of where the memory of all that is in 16 bits lies.
func (t *Tape) placeStored() {
	for _, v := range t.vars {
		if v.stored != nil {
			v.stored.placed(v.Shape.Size())
		}
		if v.slope16 != nil {
			v.slope16.placed(v.Shape.Size())
		}
	}
}

// restore puts float32 numbers in the places of stored values, for the backward pass that comes.
func (o *op) restore() {
	for _, r := range o.restores {
		r.unpack()
		r.home, r.v.value.data = r.v.value.data, r.floats.data
	}
}

// leave undoes restore.
func (o *op) leave() {
	for _, r := range o.restores {
		r.v.value.data = r.home
	}
}

// pack stores x, the elements of v from begin on, if that is for the operation of this index to do.
func (v *Var) pack(op, begin int, x []float32) {
	if s := v.stored; s != nil && s.byOp && s.by == op {
		s.storage.Pack(x, s.numbers[begin:begin+len(x)])
	}
}

// numbers returns a value as it waits for the backward pass.
func (v *Var) numbers() kernels.Numbers {
	if v.stored == nil {
		return kernels.Floats(v.value.data)
	}
	return v.stored.storage.Stored(v.stored.numbers)
}

// rows returns the elements of v from begin to end for a backward pass, in scratch if they are stored.
func (v *Var) rows(begin, end int, scratch []float32) []float32 {
	if v.stored == nil {
		return v.value.data[begin:end]
	}
	v.stored.storage.Unpack(v.stored.numbers[begin:end], scratch[:end-begin])
	return scratch[:end-begin]
}
