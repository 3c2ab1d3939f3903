// Package gradcheck tests operations of autograd: values and gradients against float64, every way in which an input
// can take part in a step, and equality of bits for all numbers of workers and all instruction sets.
package gradcheck

import (
	"fmt"
	"math"
	"testing"

	"tessera/autograd"
	"tessera/internal/kerneltest"
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// step is the distance of the points at which a reference is evaluated. Inputs are odd multiples of 2·step below 1 in
// absolute value: float32 holds both neighbours exactly, and none is a kink at zero or beyond it.
const step = 1.0 / (1 << 12)

// A Case is an operation, or a composition of some, to be tested.
type Case struct {
	Inputs []*tensor.Tensor // made by Grid
	Build  func(t *autograd.Tape, in []*autograd.Var) *autograd.Var
	// Reference computes in float64 what Build records.
	Reference func(in [][]float32) []float64
	// Tolerance bounds the error of a value by the largest value, and that of the gradient's projection on a
	// direction by the sum of the absolute values of its terms. 0 means 1e-5.
	Tolerance float64
}

// Grid returns a tensor of numbers in (-1, 1) that depend on key alone and keep a distance of 2·step from each other
// and of step from zero.
func Grid(key uint64, sizes ...int) *tensor.Tensor {
	x := tensor.New(tensor.Float32, tensor.Dims(sizes...))
	for i, v := range kerneltest.Floats(key, len(x.Data)) {
		x.Data[i] = float32((2*math.Floor(float64(v)/(4*step)) + 1) * 2 * step)
	}
	return x
}

// Run tests a case. Every deviation fails the test.
func Run(t *testing.T, c Case) {
	t.Helper()
	if c.Tolerance == 0 {
		c.Tolerance = 1e-5
	}
	base := c.run(setting{})
	c.checkValue(t, base)
	for i := range c.Inputs {
		c.checkSlope(t, i, base)
	}
	c.checkRoles(t, base)
	c.checkBits(t, base)
}

// A role is how an input takes part in a step.
type role int

const (
	learned  role = iota // a parameter: its gradient is added to
	computed             // the result of an operation: its gradient is overwritten first
	constant             // no gradient is wanted
)

// A setting is a way to run a case.
type setting struct {
	roles  map[int]role // of inputs; learned unless given
	twice  bool         // record the operation twice on the same inputs, and add up
	steps  int          // number of steps, 1 if 0
	poison bool
	halves bool // what waits for the backward pass is stored in 16 bits
}

// A result is what a run computes.
type result struct {
	value []float32
	grads [][]float32 // by input, nil for constants
}

// run records the case and its projection on random numbers, and runs it.
func (c Case) run(s setting) result {
	t := autograd.NewTape(autograd.Training)
	t.Poison = s.poison
	if s.halves {
		t.Precision = kernels.Float16
	}
	defer t.Free()
	var feed []func()
	input := func(x *tensor.Tensor) *autograd.Var {
		v := t.Input(x.Shape)
		feed = append(feed, func() { copy(v.Value(), x.Data) })
		return v
	}
	in, params := c.record(t, s, input)
	y := t.Output(c.Build(t, in))
	weights := input(&tensor.Tensor{Shape: y.Shape, Data: project(y.Shape)})
	loss := autograd.Dot(t, y, weights)
	if s.twice {
		again := autograd.Dot(t, c.Build(t, in), weights)
		loss = autograd.WeightedSum(t, []float32{1, 1}, loss, again)
	}
	if err := t.Plan(); err != nil {
		panic(err)
	}
	for range max(1, s.steps) {
		for _, f := range feed {
			f()
		}
		t.Forward()
		t.Backward(loss, 1)
	}
	r := result{value: append([]float32(nil), y.Value()...), grads: make([][]float32, len(in))}
	for i, p := range params {
		r.grads[i] = p.Grad.Data
	}
	return r
}

// record makes the inputs in their roles, and the parameters among them by index.
func (c Case) record(t *autograd.Tape, s setting, input func(*tensor.Tensor) *autograd.Var,
) (in []*autograd.Var, params map[int]*autograd.Param) {
	params = map[int]*autograd.Param{}
	for i, x := range c.Inputs {
		if s.roles[i] == constant {
			in = append(in, input(x))
			continue
		}
		params[i] = autograd.NewParam("NHWC"[:x.Shape.Rank()], x.Shape)
		copy(params[i].Value.Data, x.Data)
		v := t.Param(params[i])
		if s.roles[i] == computed {
			v = autograd.Add(t, v, input(tensor.New(tensor.Float32, x.Shape)))
		}
		in = append(in, v)
	}
	return in, params
}

// project returns what an operation's result is multiplied with.
func project(s tensor.Shape) []float32 { return kerneltest.Floats(uint64(s.Size()), s.Size()) }

func (c Case) checkValue(t testing.TB, got result) {
	t.Helper()
	in := make([][]float32, len(c.Inputs))
	for i, x := range c.Inputs {
		in[i] = x.Data
	}
	want := c.Reference(in)
	if len(want) != len(got.value) {
		t.Fatalf("the reference has %d values, the result %d", len(want), len(got.value))
	}
	near(t, "value", want, got.value, c.Tolerance)
}

// checkSlope compares the projection of the gradient of input i on a random direction with the reference's slope.
func (c Case) checkSlope(t testing.TB, i int, got result) {
	t.Helper()
	signs := kerneltest.Floats(uint64(i)+77, len(c.Inputs[i].Data))
	at := func(side float32) float64 {
		in := make([][]float32, len(c.Inputs))
		for k, x := range c.Inputs {
			in[k] = append([]float32(nil), x.Data...)
		}
		for j := range in[i] {
			in[i][j] += side * sign(signs[j]) * step
		}
		y := c.Reference(in)
		sum := 0.0
		for j, w := range project(tensor.Dims(len(y))) {
			sum += y[j] * float64(w)
		}
		return sum
	}
	slope, projected, size := (at(1)-at(-1))/(2*step), 0.0, 0.0
	for j, g := range got.grads[i] {
		projected += float64(g) * float64(sign(signs[j]))
		size += math.Abs(float64(g))
	}
	if !(math.Abs(projected-slope) <= c.Tolerance*size) {
		t.Errorf("gradient of input %d along a direction: %v, the reference's slope is %v (terms add up to %v)",
			i, projected, slope, size)
	}
}

func sign(x float32) float32 {
	if x < 0 {
		return -1
	}
	return 1
}

// checkRoles lets inputs be results of operations, be used twice, gather gradients over steps, and be constant.
func (c Case) checkRoles(t *testing.T, base result) {
	t.Helper()
	all := map[int]role{}
	for i := range c.Inputs {
		all[i] = computed
	}
	for name, s := range map[string]setting{
		"computed":            {roles: all, poison: true},
		"computed, twice":     {roles: all, poison: true, twice: true},
		"learned, two steps":  {poison: true, steps: 2},
		"computed, two steps": {roles: all, poison: true, steps: 2},
	} {
		factor := float64(max(1, s.steps))
		if s.twice {
			factor *= 2
		}
		got := c.run(s)
		for i, g := range base.grads {
			want := make([]float64, len(g))
			for j, v := range g {
				want[j] = factor * float64(v)
			}
			near(t, fmt.Sprintf("%s: gradient of input %d", name, i), want, got.grads[i], 1e-5)
		}
	}
	c.checkHalves(t, setting{roles: all, poison: true, steps: 2, halves: true}, base)
	for fixed := range c.Inputs {
		got := c.run(setting{roles: map[int]role{fixed: constant}, poison: true})
		kerneltest.Equal(t, base.value, got.value)
		for i, g := range got.grads {
			if i != fixed {
				kerneltest.Equal(t, base.grads[i], g)
			}
		}
	}
}

// checkHalves stores in 16 bits what the backward pass reads. The inputs are half-precision numbers; what is computed of them
// is rounded.
func (c Case) checkHalves(t *testing.T, s setting, base result) {
	t.Helper()
	got := c.run(s)
	value := make([]float64, len(base.value))
	for i, v := range base.value {
		value[i] = float64(v)
	}
	near(t, "stored in halves: value", value, got.value, 1e-5) // running statistics of the first step round otherwise
	for i, g := range base.grads {
		want := make([]float64, len(g))
		for j, v := range g {
			want[j] = float64(s.steps) * float64(v)
		}
		near(t, fmt.Sprintf("stored in halves: gradient of input %d", i), want, got.grads[i], 2e-3)
	}
}

// checkBits repeats the run with poison, every instruction set, and one, two and seven workers.
func (c Case) checkBits(t *testing.T, base result) {
	t.Helper()
	defer parallel.SetWorkers(0)
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, workers := range []int{1, 2, 7} {
			parallel.SetWorkers(workers)
			got := c.run(setting{poison: true})
			kerneltest.Equal(t, base.value, got.value)
			for i := range base.grads {
				kerneltest.Equal(t, base.grads[i], got.grads[i])
			}
		}
	})
}

// near fails the test unless all numbers lie within tolerance times the largest of those wanted.
func near(t testing.TB, what string, want []float64, got []float32, tolerance float64) {
	t.Helper()
	size := 0.0
	for _, v := range want {
		size = max(size, math.Abs(v))
	}
	for i, v := range want {
		if !(math.Abs(float64(got[i])-v) <= tolerance*size) {
			t.Errorf("%s: [%d] of %d is %v, want %v", what, i, len(want), got[i], v)
			return
		}
	}
}
