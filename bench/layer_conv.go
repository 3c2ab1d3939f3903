package bench

import (
	"tessera/internal/parallel"
	"tessera/kernels"
)

// conv prepares the passes of a convolution, or of a product of matrices.
func (l *Layer) conv() {
	p := l.Problem
	c := kernels.NewConv(p.N, p.C, p.O, p.Groups, p.window())
	x, w := l.noise(p.N*p.H*p.W*p.C), l.noise(p.K*p.K*p.C/p.Groups*p.O)
	y, dy := l.zeros(p.N*c.OH()*c.OW()*p.O), []float32(nil)
	l.workers(c.Scratch())
	l.folded = 2 * len(y) * p.K * p.K * p.C / p.Groups
	l.add(Forward, c.FLOPs(), l.convForward(c, x, w, y), y, x, w)
	if p.Kind == Gemm {
		return
	}
	dy = l.noise(len(y))
	if !p.Leaf {
		dx := l.zeros(len(x))
		l.add(Input, c.FLOPs(), l.convInput(c, dy, w, dx), dx, dy, w)
	}
	dw := l.zeros(len(w))
	l.add(Weight, c.FLOPs(), l.convWeight(c, x, dy, dw), dw, x, dy)
}

// upConv prepares the passes of an enlargement and a convolution.
func (l *Layer) upConv() {
	p := l.Problem
	c := kernels.NewUpConv(p.N, p.H, p.W, p.C, p.O)
	x, w := l.noise(p.N*p.H*p.W*p.C), l.noise(9*p.C*p.O)
	y, dy := l.zeros(p.N*4*p.H*p.W*p.O), l.noise(p.N*4*p.H*p.W*p.O)
	dx, dw := l.zeros(len(x)), l.zeros(len(w))
	l.workers(c.Scratch())
	l.folded = 2 * len(y) * 4 * p.C
	l.add(Forward, c.FLOPs(), l.convForward(c, x, w, y), y, x, w)
	l.add(Input, c.FLOPs(), l.convInput(c, dy, w, dx), dx, dy, w)
	l.add(Weight, c.FLOPs(), l.convWeight(c, x, dy, dw), dw, x, dy)
}

// convForward returns the pass that packs the weights and computes y.
func (l *Layer) convForward(c *kernels.Conv, x, w, y []float32) func() {
	packed := l.zeros(c.ForwardPacked())
	pack := func(i, _ int) { c.PackForward(i, w, packed) }
	run := func(i, worker int) { c.Forward(i, false, x, packed, y, l.scratch[worker]) }
	return func() {
		parallel.For(c.PackForwardTasks(), pack)
		parallel.For(c.ForwardTasks(), run)
	}
}

// convInput returns the pass that packs the weights and computes dx.
func (l *Layer) convInput(c *kernels.Conv, dy, w, dx []float32) func() {
	packed := l.zeros(c.BackPacked())
	pack := func(i, _ int) { c.PackBack(i, w, packed) }
	run := func(i, worker int) { c.GradInput(i, false, dy, packed, dx, l.scratch[worker]) }
	return func() {
		parallel.For(c.PackBackTasks(), pack)
		parallel.For(c.GradInputTasks(), run)
	}
}

// convWeight returns the pass that adds to dw.
func (l *Layer) convWeight(c *kernels.Conv, x, dy, dw []float32) func() {
	partial := l.zeros(c.Partial())
	run := func(i, worker int) { c.GradWeight(i, x, dy, partial, l.scratch[worker]) }
	reduce := func(i, _ int) { c.Reduce(i, partial, dw) }
	return func() {
		parallel.For(c.GradWeightTasks(), run)
		parallel.For(c.ReduceTasks(), reduce)
	}
}

// depthwise prepares the passes of a depthwise convolution.
func (l *Layer) depthwise() {
	p := l.Problem
	d := kernels.NewDWConv(p.N, p.C, p.window())
	outputs := p.N * d.OH() * d.OW() * p.C
	flops := 2 * outputs * p.K * p.K
	x, w := l.noise(p.N*p.H*p.W*p.C), l.noise(p.K*p.K*p.C)
	y, dy := l.zeros(outputs), l.noise(outputs)
	dx, dw, partial := l.zeros(len(x)), l.zeros(len(w)), l.zeros(d.PartialFloats())
	l.workers(max(d.ForwardScratch(), d.GradInputScratch(), d.GradWeightScratch()))

	forward := func(i, worker int) { d.Forward(i, x, w, y, l.scratch[worker]) }
	l.add(Forward, flops, func() { parallel.For(d.ForwardTasks(), forward) }, y, x, w)
	if !p.Leaf {
		input := func(i, worker int) { d.GradInput(i, false, dy, w, dx, l.scratch[worker]) }
		l.add(Input, flops, func() { parallel.For(d.GradInputTasks(), input) }, dx, dy, w)
	}
	weight := func(i, worker int) { d.GradWeight(i, x, dy, partial, l.scratch[worker]) }
	reduce := func(i, _ int) { d.Reduce(i, partial, dw) }
	l.add(Weight, flops, func() {
		parallel.For(d.GradWeightTasks(), weight)
		parallel.For(d.ReduceTasks(), reduce)
	}, dw, x, dy)
}
