package bench

import (
	"math"

	"tessera/autograd"
	"tessera/internal/parallel"
	"tessera/kernels"
)

// norm prepares the passes of a batch normalisation with its activation, in training: statistics of the batch, then
// the normalisation; sums of the gradient, then the gradient. Every pass reads all operands twice.
func (l *Layer) norm() {
	p := l.Problem
	rows, c := p.N*p.H*p.W, p.C
	b := &norm{act: p.Act, rows: rows, c: c, size: min(512, max(32, normFloats/c))}
	b.blocks = (rows + b.size - 1) / b.size
	b.x, b.dy = l.noise(rows*c), l.noise(rows*c)
	b.y, b.dz, b.dx = l.zeros(rows*c), l.zeros(rows*c), l.zeros(rows*c)
	b.scale, b.shift, b.gamma = l.noise(c), l.noise(c), l.noise(c)
	b.mean, b.back, b.constant = l.zeros(c), l.zeros(c), l.zeros(c)
	b.partial, b.totals = l.zeros(b.blocks*2*c), make([]float64, 2*c)
	l.workers(max(normCache, c))

	normalise := func(i, _ int) { b.normalise(b.block(i)) }
	throughSums := func(i, _ int) { b.gradSums(i) }
	toInput := func(i, _ int) { b.toInput(b.block(i)) }
	l.add(Forward, 6*len(b.x), func() {
		parallel.For(b.blocks, b.moments)
		b.total(b.forwardCoefficients)
		parallel.For(b.blocks, normalise)
	}, b.y, b.x, b.x)
	l.add(Input, 8*len(b.x), func() {
		parallel.For(b.blocks, throughSums)
		b.total(b.backwardCoefficients)
		parallel.For(b.blocks, toInput)
	}, b.dx, b.x, b.dy, b.x, b.dy)
}

// Floats that a task and one round of its loop take, as the operation of autograd has them.
const (
	normFloats = 16 << 10
	normCache  = 4 << 10
)

// norm is a normalisation of a matrix rows×c, in blocks of rows.
type norm struct {
	act                          autograd.Activation
	rows, c, size, blocks        int
	x, y, dy, dz, dx             []float32
	gamma, mean                  []float32 // of each channel
	scale, shift, back, constant []float32 // coefficients of y = x·scale + shift and dx = dz·scale + x·back + constant
	partial                      []float32
	totals                       []float64
}

func (b *norm) block(i int) (begin, rows int) { return i * b.size, min(b.size, b.rows-i*b.size) }

// part returns the two zeroed sums of each channel of a block.
func (b *norm) part(i int) (s1, s2 []float32) {
	part := b.partial[i*2*b.c:][:2*b.c]
	clear(part)
	return part[:b.c], part[b.c:]
}

func (b *norm) moments(i, _ int) {
	begin, rows := b.block(i)
	s1, s2 := b.part(i)
	kernels.ChannelMoments(rows, b.c, b.x[begin*b.c:], b.mean, s1, s2)
}

// total adds the blocks and calls coefficients with the two totals of each channel.
func (b *norm) total(coefficients func(j int, s1, s2 float64)) {
	clear(b.totals)
	for i := range b.blocks {
		for j, v := range b.partial[i*2*b.c:][:2*b.c] {
			b.totals[j] += float64(v)
		}
	}
	for j := range b.c {
		coefficients(j, b.totals[j], b.totals[b.c+j])
	}
}

func (b *norm) forwardCoefficients(j int, s1, s2 float64) {
	mean := s1 / float64(b.rows)
	istd := 1 / math.Sqrt(s2/float64(b.rows)-float64(mean*mean)+1e-3)
	a := float64(b.gamma[j]) * istd
	b.scale[j], b.shift[j] = float32(a), float32(-mean*a)
}

func (b *norm) backwardCoefficients(j int, s1, s2 float64) {
	n := float64(b.rows)
	b.back[j], b.constant[j] = float32(-s2/n), float32(-s1/n)
}

func (b *norm) normalise(begin, rows int) {
	at := begin * b.c
	switch b.act {
	case autograd.WithReLU:
		kernels.ChannelAffineReLU(rows, b.c, kernels.Streams(b.rows*b.c), b.x[at:], b.scale, b.shift, b.y[at:])
	case autograd.WithSiLU:
		kernels.ChannelAffineSiLU(rows, b.c, kernels.Streams(b.rows*b.c), b.x[at:], b.scale, b.shift, b.y[at:])
	default:
		kernels.ChannelAffine(rows, b.c, kernels.Streams(b.rows*b.c), b.x[at:], b.scale, b.shift, b.y[at:])
	}
}

// gradSums takes a block of dy through the activation to dz and sums it. (The operation overwrites dy, which would
// vanish here after some runs.)
func (b *norm) gradSums(i int) {
	first, all := b.block(i)
	s1, s2 := b.part(i)
	dz := b.dz
	if b.act == autograd.Identity {
		dz = b.dy
	}
	for begin := first; begin < first+all; {
		rows := min(max(1, normCache/b.c), first+all-begin)
		at := begin * b.c
		switch b.act {
		case autograd.WithReLU:
			kernels.ChannelAffineReLUGrad(rows, b.c, b.x[at:], b.scale, b.shift, b.dy[at:], dz[at:])
		case autograd.WithSiLU:
			kernels.ChannelAffineSiLUGrad(rows, b.c, b.x[at:], b.scale, b.shift, b.dy[at:], dz[at:])
		}
		kernels.BatchNormGradSums(rows, b.c, b.x[at:], dz[at:], b.mean, s1, s2)
		begin += rows
	}
}

func (b *norm) toInput(begin, rows int) {
	dz := b.dz
	if b.act == autograd.Identity {
		dz = b.dy
	}
	at := begin * b.c
	kernels.BatchNormGrad(rows, b.c, false, kernels.Streams(b.rows*b.c), b.x[at:], dz[at:], b.scale, b.back, b.constant, b.dx[at:])
}
