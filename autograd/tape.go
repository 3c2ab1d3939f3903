// Package autograd records operations on tensors and runs them forward and, in reverse order, backward.
//
// A Tape is a program for one set of shapes. Calling operations (Conv, ReLU, …) records it, without computing; Plan then
// gives every value, gradient and scratch buffer its place in one arena, reusing memory as soon as a buffer's
// last reader has run. Forward and Backward execute the program, as often as wanted and without allocating. So the
// memory of a step is known before anything is computed, and every step after the first costs nothing but arithmetic.
//
//	t := autograd.NewTape(autograd.Training)
//	x := t.Input(tensor.Dims(8, 64, 64, 3))
//	loss := autograd.CrossEntropy(t, model.Forward(t, x), labels, …)
//	t.Plan()
//	for … { x.Set(…); t.Forward(); t.Backward(loss, 1) }
//
// An operation is one file: its formula, its forward and its backward pass.
package autograd

import (
	"fmt"
	"slices"

	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// Mode says what a tape is for.
type Mode int

// The modes of a tape.
const (
	Inference Mode = iota // batch norm uses running statistics, nothing is dropped, no gradients
	Training              // batch statistics, drop-connect, gradients
)

// A Tape is a recorded program. It is not safe for concurrent use; tapes of one model in Inference mode may run side by
// side as long as nobody writes to the parameters.
type Tape struct {
	Mode Mode
	// Seed and Step key the random numbers of operations: the same pair draws the same numbers.
	Seed, Step uint64
	// FixedWeights promises that parameters and running statistics do not change between runs of a tape in Inference
	// mode: what depends on them alone is then computed by the first Forward and kept. Set it before recording.
	FixedWeights bool
	// First is the index of the first image in its batch, where the tape computes a batch in parts: random numbers are then
	// those of the whole. It may change from run to run.
	First int
	// Again leaves the running statistics of batch norms as they are, in Training mode: they have seen this part already. It may
	// change from run to run.
	Again bool
	// Cumulative makes the running statistics of batch norms, in Training mode, the plain mean of those of the batches
	// since their counter was 0, as PyTorch's momentum None does. It may change from run to run.
	Cumulative bool
	// Steady drops nothing in Training mode either: a step on one batch then is the same function of its weights every time.
	// Set it before recording.
	Steady bool
	// Precision is that of the operands of convolutions and linear layers; everything else computes in float32. Set it
	// before recording.
	Precision kernels.Precision
	// Storage is how what waits for the backward pass does so, StoreAuto as Precision says: in Float16 in halves; in BFloat16
	// in bfloat16 where maps lie in it between operations (see carried) and where backward passes round to it anyway; else in
	// float32. Set it before recording.
	Storage kernels.Storage
	// Poison fills every buffer with NaN as soon as its last reader has run: tests find readers that were forgotten.
	Poison bool

	ops    []*op
	vars   []*Var
	params map[*Param]*Var
	memory memory
	ready  bool // what depends on fixed weights alone has been computed
	chosen bool // the storage of values has been
}

// An op is one recorded operation.
type op struct {
	name              string
	in                []*Var
	out               *Var
	flops             int    // floating-point operations of the forward pass, where it is products that take the time
	keep              []*Var // values that backward reads
	adds              []*Var // inputs whose gradients backward can only add to
	prepare           func() // computes what depends on parameters alone; nil for nothing
	forward, backward func() // backward adds to the gradients of in: see Var.accumulate

	writes, unpacks []*Var      // what forward packs by Var.pack if asked to, and what backward reads by Var.rows or Var.numbers: see stored
	rounds          []*Var      // what backward rounds to bfloat16 before it computes with it
	compares        bool        // backward looks where values that it keeps are equal
	reads, slopes   []*Var      // inputs that forward reads in any form, and whose gradients backward writes so: see carried
	makes, takes    bool        // forward writes its result so, and backward reads the result's gradient so
	packs           []func()    // pack values after the forward pass
	restores        []*restored // values that the backward pass reads as float32
}

// A Var is a value of the program: an input, a parameter or the result of an operation.
type Var struct {
	Shape tensor.Shape
	Name  string // what an error calls it

	value, grad *buffer
	param       *Param // nil unless it is one
	producer    int    // index of the op it comes from, -1 for inputs and parameters
	first, last int    // index of the first and of the last op that reads it, -1 for none
	needsGrad   bool   // something that learns lies before it
	written     bool   // the gradient holds something in this backward pass
	accumulate  bool   // what backward must do with the gradient: add to it, or overwrite it
	follow      *follower
	stored      *stored  // nil if it waits for the backward pass in float32
	carriesGrad bool     // the gradient is carried
	slope16     *carried // where, nil if it is not
}

// NewTape returns an empty tape.
func NewTape(mode Mode) *Tape { return &Tape{Mode: mode, params: map[*Param]*Var{}} }

// Input returns a value that the caller fills before Forward, through Value.
func (t *Tape) Input(s tensor.Shape) *Var {
	v := t.newVar("input", s)
	v.value = t.memory.buffer(s.Size(), forever, forever)
	return v
}

// Labels returns class indices or other bytes that the caller fills before Forward. They are not differentiable.
func (t *Tape) Labels(s tensor.Shape) *tensor.Tensor { return tensor.New(tensor.Uint8, s) }

// Output keeps a value until the next Forward, so that the caller can read it through Value.
func (t *Tape) Output(v *Var) *Var {
	v.value.death = forever
	return v
}

// Param returns the value of a parameter. It learns if the tape is in Training mode and the parameter is not frozen.
func (t *Tape) Param(p *Param) *Var {
	if v := t.params[p]; v != nil {
		return v
	}
	v := t.newVar("parameter", p.Value.Shape)
	v.param = p
	v.value = &buffer{data: p.Value.Data}
	if t.training() && !p.Frozen {
		v.needsGrad = true
		v.grad = &buffer{data: p.Grad.Data}
	}
	t.params[p] = v
	return v
}

// FLOPs returns the floating-point operations of the products of a forward pass, two a multiply-add: those of
// convolutions, linear layers and attention, as they are done, padding included. What else there is takes little beside.
func (t *Tape) FLOPs() int64 {
	sum := int64(0)
	for _, o := range t.ops {
		sum += int64(o.flops)
	}
	return sum
}

// newVar makes a value that no operation has produced yet.
func (t *Tape) newVar(name string, s tensor.Shape) *Var {
	v := &Var{Shape: s, Name: name, producer: -1, first: -1, last: -1}
	t.vars = append(t.vars, v)
	return v
}

// record appends an operation that computes a new value of the given shape from in, and returns that value. Its forward
// and backward passes are added by the caller, who captures the result.
func (t *Tape) record(name string, s tensor.Shape, in ...*Var) (*op, *Var) {
	if t.memory.arena != nil {
		panic("autograd: a planned tape cannot record more operations")
	}
	y := t.newVar(fmt.Sprintf("%s (operation %d)", name, len(t.ops)), s)
	y.value = t.memory.buffer(s.Size(), forwardOf(len(t.ops)), forwardOf(len(t.ops)))
	y.producer = len(t.ops)
	o := &op{name: name, in: in, out: y}
	for _, v := range in {
		v.last = len(t.ops)
		if v.first < 0 {
			v.first = v.last
		}
		y.needsGrad = y.needsGrad || v.needsGrad
	}
	t.ops = append(t.ops, o)
	return o, y
}

// training reports whether gradients are wanted.
func (t *Tape) training() bool { return t.Mode == Training }

// drops tells whether operations that drop something at random do.
func (t *Tape) drops() bool { return t.training() && !t.Steady }

// Uses tells whether the program reads a parameter.
func (t *Tape) Uses(p *Param) bool { return t.params[p] != nil }

// Set copies x to an input, in pieces: the garbage collector cannot interrupt a copy.
func (v *Var) Set(x []float32) {
	const piece = 64 << 10 // some tens of microseconds
	for to := v.value.data; len(x) > 0; {
		n := copy(to, x[:min(piece, len(x))])
		to, x = to[n:], x[n:]
	}
}

// Value returns the elements of v. They are valid after Plan for an input, and after Forward for an Output.
func (v *Var) Value() []float32 { return v.value.data }

// Forward runs the program.
func (t *Tape) Forward() { t.forward(nil) }

// forward runs the program and calls after, if there is one, when an operation is done.
func (t *Tape) forward(after func(*op)) {
	t.mustBePlanned()
	for i, o := range t.ops {
		if o.prepare != nil && !t.ready {
			o.prepare()
		}
		o.forward()
		for _, pack := range o.packs {
			pack()
		}
		if after != nil {
			after(o)
		}
		t.memory.release(i, t.Poison)
	}
	t.ready = t.FixedWeights && !t.training()
}

// Backward computes the gradients of the sum of scale·loss for all parameters, which add up in Param.Grad until
// they are cleared. Forward must have run before. The loss must be the last operation's result and one number.
func (t *Tape) Backward(loss *Var, scale float32) {
	t.mustBePlanned()
	n := len(t.ops)
	if !t.training() || loss.producer != n-1 || loss.Shape.Size() != 1 {
		panic(&tensor.ShapeError{Op: "Backward", Got: []tensor.Shape{loss.Shape},
			Detail: "want the last result of a training tape, one number"})
	}
	if !loss.needsGrad {
		return
	}
	for _, v := range t.vars {
		v.written = v.param != nil
	}
	loss.grad.data[0] = scale
	loss.written = true
	for i := n - 1; i >= 0; i-- {
		if o := t.ops[i]; o.out.written {
			o.beginBackward()
			o.restore()
			o.backward()
			o.leave()
		}
		t.memory.release(2*n-1-i, t.Poison)
	}
}

// beginBackward tells each input whether its gradient is to be added to or overwritten. The gradient of a value that
// occurs twice among the inputs is cleared first, so that both parts can be added, and so is one that backward only
// adds to.
func (o *op) beginBackward() {
	for i, v := range o.in {
		if v.needsGrad && !v.written && (slices.Contains(o.in[i+1:], v) || slices.Contains(o.adds, v)) {
			v.clearGrad()
			v.written = true
		}
		v.accumulate = v.written
	}
	for _, v := range o.in {
		v.written = v.needsGrad
	}
}

func (t *Tape) mustBePlanned() {
	if t.memory.arena == nil {
		panic("autograd: Plan must come before Forward and Backward")
	}
}

// chunk is how many elements a task of an element-wise loop has: a few tens of microseconds of work.
const chunk = 16 << 10

// each returns a pass that calls body for ranges of n elements, on all workers.
func each(n int, body func(begin, end int)) func() {
	return eachOf(n, chunk, body)
}

// eachRow is each for rows of c elements, begin and end counting rows.
func eachRow(rows, c int, body func(begin, end int)) func() {
	return eachOf(rows, rowsOf(c), body)
}

// rowsOf returns how many rows of c elements make a task.
func rowsOf(c int) int { return max(1, chunk/c) }

func eachOf(n, size int, body func(begin, end int)) func() {
	task := func(i, _ int) { body(i*size, min((i+1)*size, n)) }
	tasks := (n + size - 1) / size
	return func() { parallel.For(tasks, task) }
}

// sequence returns a pass that runs passes one after the other.
func sequence(passes ...func()) func() {
	return func() {
		for _, pass := range passes {
			pass()
		}
	}
}
