package autograd

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/internal/kerneltest"
	"tessera/kernels"
	"tessera/tensor"
)

// FuzzReuse runs random programs with reused memory, poisoned, and with memory of their own for all buffers.
func FuzzReuse(f *testing.F) {
	for seed := range uint64(60) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		reused, own := newProgram(seed), newProgram(seed)
		reused.tape.Poison = true
		own.tape.lifetimes()
		for _, b := range own.tape.memory.buffers {
			b.birth, b.death = forever, forever
		}
		want, got := own.run(t), reused.run(t)
		assert.Less(t, reused.tape.memory.floats, own.tape.memory.floats)
		for i := range want {
			kerneltest.Equal(t, want[i], got[i])
		}
	})
}

// A program is a random graph of operations on images of one size.
type program struct {
	tape   *Tape
	rng    *rand.Rand
	values []*Var
	params []*Param
	inputs []*Var
	loss   *Var
}

func newProgram(seed uint64) *program {
	p := &program{tape: NewTape(Training), rng: rand.New(rand.NewPCG(seed, 1))}
	if seed%2 == 1 { // what waits does so in 16 bits
		p.tape.Precision = kernels.Float16
	}
	p.values = []*Var{p.input(2, 3, 4, 5), p.input(2, 3, 4, 5)}
	for range 4 + p.rng.IntN(20) {
		p.values = append(p.values, p.operation())
	}
	y := p.pick()
	for _, v := range p.values { // so that most are needed
		if p.rng.IntN(2) == 0 {
			y = Add(p.tape, y, v)
		}
	}
	p.loss = p.tape.Output(Dot(p.tape, y, p.input(2, 3, 4, 5)))
	return p
}

func (p *program) pick() *Var { return p.values[p.rng.IntN(len(p.values))] }

func (p *program) input(sizes ...int) *Var {
	v := p.tape.Input(tensor.Dims(sizes...))
	p.inputs = append(p.inputs, v)
	return v
}

func (p *program) param(axes string, sizes ...int) *Var {
	q := NewParam(axes, tensor.Dims(sizes...))
	copy(q.Value.Data, kerneltest.Floats(uint64(len(p.params)), len(q.Value.Data)))
	p.params = append(p.params, q)
	return p.tape.Param(q)
}

// operation records one that gives an image of the size of all.
func (p *program) operation() *Var {
	t, x := p.tape, p.pick()
	win := kernels.Window{SH: 1, SW: 1, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1}
	switch p.rng.IntN(9) {
	case 0:
		return Add(t, x, p.pick())
	case 1:
		return ReLU(t, x)
	case 2:
		return SiLU(t, x)
	case 3:
		return ScaleChannels(t, x, Sigmoid(t, GlobalAverage(t, p.pick())))
	case 4:
		return Conv(t, Concat(t, x, p.pick()), p.param("HWIO", 3, 3, 10, 5), p.param("C", 5), 1, win)
	case 5:
		return DepthwiseConv(t, x, p.param("HWC", 3, 3, 5), win)
	case 6:
		stats := BatchStats{Batches: new(int64), Momentum: 0.1, Eps: 0.1}
		stats.Mean, stats.Var = tensor.New(tensor.Float32, tensor.Dims(5)), tensor.New(tensor.Float32, tensor.Dims(5))
		return BatchNorm(t, x, p.param("C", 5), p.param("C", 5), stats, Activation(p.rng.IntN(3)))
	case 7:
		return DropConnect(t, x, 0.5)
	}
	return ResizeNearest(t, ResizeNearest(t, x, 5, 7), 3, 4)
}

// run returns the loss and all gradients after two steps.
func (p *program) run(t *testing.T) [][]float32 {
	require.NoError(t, p.tape.Plan())
	t.Cleanup(p.tape.Free)
	for i, v := range p.inputs {
		copy(v.Value(), kerneltest.Floats(uint64(i), v.Shape.Size()))
	}
	for range 2 {
		p.tape.Step++
		p.tape.Forward()
		p.tape.Backward(p.loss, 1)
	}
	results := [][]float32{p.loss.Value()}
	for _, q := range p.params {
		results = append(results, q.Grad.Data)
	}
	return results
}

// TestPlaceKeepsLiveBuffersApart places random buffers and compares every pair.
func TestPlaceKeepsLiveBuffersApart(t *testing.T) {
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 2))
		ops := 1 + rng.IntN(20)
		var m memory
		for range 1 + rng.IntN(60) {
			a, b := rng.IntN(2*ops), rng.IntN(2*ops)
			m.buffer(1+rng.IntN(500), momentAt(min(a, b), ops), momentAt(max(a, b), ops))
		}
		m.buffer(40, forever, forever)
		total := m.place(2 * ops)
		for i, a := range m.buffers {
			assert.Zero(t, a.offset%tensor.Align)
			assert.LessOrEqual(t, a.offset+a.floats, total)
			for _, b := range m.buffers[:i] {
				together := a.begin <= b.end && b.begin <= a.end
				apart := a.offset+a.floats <= b.offset || b.offset+b.floats <= a.offset
				assert.True(t, apart || !together, "seed %d: %+v and %+v", seed, a, b)
			}
		}
	}
}

// momentAt is the inverse of moment.time.
func momentAt(time, ops int) moment {
	if time >= ops {
		return backwardOf(2*ops - 1 - time)
	}
	return forwardOf(time)
}

func TestMomentsAreOrdered(t *testing.T) {
	const ops = 5
	for a := range 2 * ops {
		assert.Equal(t, a, momentAt(a, ops).time(ops))
		for b := range 2 * ops {
			assert.Equal(t, momentAt(max(a, b), ops), later(momentAt(a, ops), momentAt(b, ops)))
		}
		assert.Equal(t, forever, later(forever, momentAt(a, ops)))
		assert.Equal(t, forever, later(momentAt(a, ops), forever))
	}
}

// What a buffer is poisoned with is no number in 16 bits either, whichever half is read.
func TestPoisonIsNoNumber(t *testing.T) {
	m := memory{dying: [][]*buffer{{{data: make([]float32, 1)}}}}
	m.release(0, true)
	bits := math.Float32bits(m.dying[0][0].data[0])
	y := make([]float32, 1)
	for _, s := range []kernels.Storage{kernels.StoreFloat16, kernels.StoreBFloat16} {
		for _, half := range []uint16{uint16(bits), uint16(bits >> 16)} {
			s.Unpack([]uint16{half}, y)
			assert.True(t, y[0] != y[0], "%v: %x", s, half)
		}
	}
	assert.True(t, math.IsNaN(float64(m.dying[0][0].data[0])))
}
