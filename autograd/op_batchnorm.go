package autograd

import (
	"math"
	"slices"

	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// BatchStats is the state of a batch normalisation outside its parameters.
type BatchStats struct {
	Mean, Var     *tensor.Tensor // running statistics [C]
	Batches       *int64         // batches seen
	Momentum, Eps float64        // weight of a new batch in the running statistics; added to the variance
	// Fixed keeps the running statistics, and has them serve in training too: those of a frozen part of a model. The gradient
	// is then dy·act'·γ/σ.
	Fixed bool
}

// measures tells whether the moments of a batch are wanted, in training.
func (s BatchStats) measures(t *Tape) bool { return t.training() && !s.Fixed }

// still tells whether a normalisation has nothing to do on the way back, and nothing to measure: it can be done in place then
// by the operation that computes its input from in.
func (s BatchStats) still(t *Tape, in ...*Var) bool {
	if s.measures(t) {
		return false
	}
	return !slices.ContainsFunc(in, func(v *Var) bool { return v.needsGrad })
}

// Activation is what may follow a batch normalisation within the same pass over memory.
type Activation int

// The activations.
const (
	Identity Activation = iota
	WithReLU
	WithSiLU
	WithReLU6
)

// BatchNorm normalises each channel of x [N, H, W, C], scales by gamma, shifts by beta [C], and applies the activation:
//
//	y = act(γ·(x-μ)/σ + β),   σ² = variance + ε
//
// In training μ and the variance are those of the batch (biased), and the running statistics move towards them (the
// unbiased variance, as PyTorch does); in inference the running statistics serve (Ioffe and Szegedy, "Batch
// Normalization", ICML 2015). What lies between normalisation and activation is computed again for the gradient: memory
// is dearer than an exponential.
func BatchNorm(t *Tape, x, gamma, beta *Var, stats BatchStats, act Activation) *Var {
	return normalisation(t, x, gamma, beta, stats, act, nil)
}

// normalisation is BatchNorm. The operation before has computed the moments, unless they are nil.
func normalisation(t *Tape, x, gamma, beta *Var, stats BatchStats, act Activation, moments *sums) *Var {
	o, y := t.record("batch norm", x.Shape, x, gamma, beta)
	b := newBatchNorm(x, gamma, beta, y, stats, act)
	b.tape, b.op = t, len(t.ops)-1
	normalise := eachRow(b.rows, b.c, b.normalise)
	if stats.still(t, x, gamma, beta) {
		b.coef = t.prepared(4 * b.c)
		o.prepare, o.forward = b.affineOfRunning, normalise
		return y
	}
	b.coef = t.saved(4 * b.c)
	o.keep, o.adds = []*Var{x, gamma}, []*Var{gamma, beta}
	o.writes, o.unpacks = []*Var{x, y}, []*Var{x}
	o.carry(x)
	t.worker(3 * max(l1Floats, b.c))
	normalise = b.eachFew(b.normaliseAny)
	if stats.Fixed {
		o.forward = func() {
			b.affineOfRunning()
			normalise()
		}
		b.recordBackward(t, o)
		return y
	}
	measure := func() { moments.combine() }
	if moments == nil {
		moments = newSums(t, b.rows, b.c, 2, false)
		blocks := func(i, worker int) {
			begin, rows, part := moments.block(i)
			for end := begin + rows; begin < end; begin += b.few() {
				n := min(b.few(), end-begin)
				stats.moments(b.c, x.valueRows(begin*b.c, (begin+n)*b.c, t.scratchOf(worker)), part)
			}
		}
		measure = func() { moments.run(blocks) }
	}
	o.forward = func() {
		measure()
		b.update(moments.totals)
		normalise()
	}
	if y.needsGrad {
		b.recordBackward(t, o)
	}
	return y
}

type batchNorm struct {
	tape              *Tape // in training: see momentum
	x, gamma, beta, y *Var
	stats             BatchStats
	act               Activation
	rows, c           int
	op                int     // its index, where it packs what it reads and computes
	coef              *buffer // scale and shift of the forward pass, mean, 1/σ
}

// newBatchNorm checks the operands; y may be x.
func newBatchNorm(x, gamma, beta, y *Var, stats BatchStats, act Activation) *batchNorm {
	_, _, _, c := x.Shape.NHWC()
	if gamma.Shape != tensor.Dims(c) || beta.Shape != gamma.Shape {
		panic(&tensor.ShapeError{Op: "batch norm", Got: []tensor.Shape{x.Shape, gamma.Shape, beta.Shape},
			Detail: "want a scale and a shift for each channel"})
	}
	return &batchNorm{x: x, gamma: gamma, beta: beta, y: y, stats: stats, act: act, c: c, rows: x.Shape.Size() / c}
}

// affineOfRunning computes the coefficients from the running statistics.
func (b *batchNorm) affineOfRunning() { b.affine(b.stats.running) }

// coefficients returns scale and shift of y = x·a + b, mean and 1/σ.
func (b *batchNorm) coefficients() (scale, shift, mean, istd []float32) {
	d, c := b.coef.data, b.c
	return d[:c], d[c : 2*c], d[2*c : 3*c], d[3*c:]
}

// moments adds the first two moments of rows of c channels about the running mean to part.
func (s BatchStats) moments(c int, x, part []float32) {
	kernels.ChannelMoments(len(x)/c, c, x, s.Mean.Data, part[:c], part[c:])
}

// running returns the running mean and variance of channel j.
func (s BatchStats) running(j int) (mean, variance float64) {
	return float64(s.Mean.Data[j]), float64(s.Var.Data[j])
}

// affine computes the coefficients from means and variances.
func (b *batchNorm) affine(moments func(j int) (mean, variance float64)) {
	scale, shift, mean, istd := b.coefficients()
	for j := range scale {
		m, v := moments(j)
		s := 1 / math.Sqrt(v+b.stats.Eps)
		a := float64(b.gamma.value.data[j]) * s
		scale[j], shift[j] = float32(a), float32(float64(b.beta.value.data[j])-float64(m*a))
		mean[j], istd[j] = float32(m), float32(s)
	}
}

// update computes the coefficients from sums about the running mean, then moves the running statistics, unless they have seen
// this part of a batch before.
func (b *batchNorm) update(totals []float64) {
	n := float64(b.rows)
	st := &b.stats
	batch := func(j int) (mean, variance float64) {
		d := totals[j] / n
		return float64(st.Mean.Data[j]) + d, max(0, totals[b.c+j]/n-float64(d*d))
	}
	b.affine(batch)
	if b.tape.Again {
		return
	}
	for j := range b.c {
		mean, variance := batch(j)
		st.move(j, n, b.momentum(), mean, variance)
	}
	*st.Batches++
}

// momentum returns the weight of this batch in the running statistics. The counter does not have it yet.
func (b *batchNorm) momentum() float64 {
	if b.tape.Cumulative {
		return 1 / float64(*b.stats.Batches+1)
	}
	return b.stats.Momentum
}

// move brings the running statistics of channel j nearer to those of a batch of n pixels.
func (s *BatchStats) move(j int, n, momentum, mean, variance float64) {
	variance *= n / max(1, n-1)
	keep := 1 - momentum
	s.Mean.Data[j] = float32(float64(keep*float64(s.Mean.Data[j])) + float64(momentum*mean))
	s.Var.Data[j] = float32(float64(keep*float64(s.Var.Data[j])) + float64(momentum*variance))
}

// normalise computes rows of y, few at a time: they stay in the first-level cache for what follows.
func (b *batchNorm) normalise(begin, end int) {
	stream := b.x != b.y && b.y.stored == nil && kernels.Streams(b.rows*b.c)
	for ; begin < end; begin += b.few() {
		rows := min(b.few(), end-begin)
		x, y := b.x.value.data[begin*b.c:][:rows*b.c], b.y.value.data[begin*b.c:][:rows*b.c]
		b.apply(rows, stream, x, y)
		b.x.pack(b.op, begin*b.c, x)
		b.y.pack(b.op, begin*b.c, y)
	}
}

// apply normalises rows of x.
func (b *batchNorm) apply(rows int, stream bool, x, y []float32) {
	scale, shift, _, _ := b.coefficients()
	switch b.act {
	case WithReLU:
		kernels.ChannelAffineReLU(rows, b.c, stream, x, scale, shift, y)
	case WithSiLU:
		kernels.ChannelAffineSiLU(rows, b.c, stream, x, scale, shift, y)
	case WithReLU6:
		kernels.ChannelAffine(rows, b.c, false, x, scale, shift, y)
		kernels.ReLU6(y, y)
	default:
		kernels.ChannelAffine(rows, b.c, stream, x, scale, shift, y)
	}
}

// eachFew returns a pass that calls body for ranges of rows, on all workers, with their scratch.
func (b *batchNorm) eachFew(body func(begin, end int, scratch []float32)) func() {
	size := rowsOf(b.c)
	task := func(i, worker int) { body(i*size, min((i+1)*size, b.rows), b.tape.scratchOf(worker)) }
	return func() { parallel.For((b.rows+size-1)/size, task) }
}

// inPlace normalises the pixels of a task.
func (b *batchNorm) inPlace(pixels func(task int) (begin, end int)) next {
	return func(task, _ int, _ []float32) bool {
		b.normalise(pixels(task))
		return false
	}
}

// normaliseAny is normalise where what is read or written may be carried.
func (b *batchNorm) normaliseAny(begin, end int, scratch []float32) {
	scale, shift, _, _ := b.coefficients()
	if !b.x.carried() && !b.y.carried() {
		b.normalise(begin, end)
		return
	}
	c := b.c
	if b.x.carried() && b.y.carried() && b.act != WithReLU6 {
		x, y, rows := b.x.stored.numbers[begin*c:end*c], b.y.stored.numbers[begin*c:end*c], end-begin
		stream := kernels.Streams16(b.rows * c)
		switch b.act {
		case WithReLU:
			kernels.ChannelAffineReLU16(rows, c, stream, x, scale, shift, y)
		case WithSiLU:
			kernels.ChannelAffineSiLU16(rows, c, stream, x, scale, shift, y)
		default:
			kernels.ChannelAffine16(rows, c, stream, x, scale, shift, y)
		}
		return
	}
	for ; begin < end; begin += b.few() {
		rows := min(b.few(), end-begin)
		x := b.x.valueRows(begin*c, (begin+rows)*c, scratch)
		y := b.y.part(begin*c, (begin+rows)*c, false, scratch)
		b.apply(rows, false, x, y)
		b.x.pack(b.op, begin*c, x)
		b.y.pack(b.op, begin*c, y)
		b.y.put(begin*c, y)
	}
}

func (b *batchNorm) recordBackward(t *Tape, o *op) {
	c := b.c
	sums := newSums(t, b.rows, c, 2, true)
	blocks := func(i, worker int) {
		begin, rows, part := sums.block(i)
		b.measure(begin, begin+rows, worker, nil, part)
	}
	f := &follower{producer: len(t.ops) - 1, c: c, kinds: 2, pass: b.measure, passMore: b.measureMore}
	b.y.follow = f
	coef := make([]float32, 3*c)
	toInput := func(i, worker int) {
		begin, rows := i*sums.size, min(sums.size, b.rows-i*sums.size)
		b.toInput(begin, rows, coef, t.scratchOf(worker))
	}
	o.backward = func() {
		if f.done {
			f.sums.combine()
			b.gradients(f.sums.totals, coef)
		} else {
			sums.run(blocks)
			b.gradients(sums.totals, coef)
		}
		f.done = false
		if b.x.needsGrad {
			parallel.For(sums.blocks, toInput)
		}
	}
}

// measure takes the gradient of rows of y through the activation and adds up what the normalisation wants to know: given, where a task
// has just computed it, or as it lies.
func (b *batchNorm) measure(begin, end, worker int, given, part []float32) {
	c := b.c
	scale, shift, mean, _ := b.coefficients()
	gate, short := b.gate()
	if short && given != nil {
		kernels.NormGradSums16(gate, end-begin, c, b.x.stored.numbers[begin*c:], scale, shift, mean, given, part[:c], part[c:],
			b.y.slope16.numbers[begin*c:])
		return
	}
	for first := begin; begin < end; begin += b.few() {
		n := min(b.few(), end-begin)
		at, to, scratch := begin*c, (begin+n)*c, b.tape.scratchOf(worker)
		dy := given
		if given == nil {
			dy = b.y.slopeRows(at, to, scratch[2*max(l1Floats, c):])
		} else {
			dy = given[at-first*c : to-first*c]
		}
		if short {
			kernels.NormGradSums16(gate, n, c, b.x.stored.numbers[at:], scale, shift, mean, dy, part[:c], part[c:], b.y.slope16.numbers[at:])
			continue
		}
		x := b.x.rows(at, to, scratch[max(l1Floats, c):])
		b.throughActivation(n, x, dy, scratch)
		kernels.BatchNormGradSums(n, c, x, dy, mean, part[:c], part[c:])
		b.y.putSlope(at, dy)
	}
}

// measureMore is measure of a carried gradient that lacks a number for each channel; it tells whether it could.
func (b *batchNorm) measureMore(begin, end int, add, part []float32) bool {
	c := b.c
	scale, shift, mean, _ := b.coefficients()
	gate, short := b.gate()
	if short {
		kernels.NormGradSumsMore16(gate, end-begin, c, b.x.stored.numbers[begin*c:], scale, shift, mean, add, part[:c], part[c:],
			b.y.slope16.numbers[begin*c:])
	}
	return short
}

// gate returns what follows the normalisation, and whether kernels for maps in bfloat16 can take gradients through it.
func (b *batchNorm) gate() (gate kernels.Gate16, ok bool) {
	if !b.x.carried() || b.y.slope16 == nil {
		return 0, false
	}
	switch b.act {
	case WithReLU:
		gate = kernels.Gate16ReLU
	case WithSiLU:
		gate = kernels.Gate16SiLU
	}
	return gate, b.act != WithReLU6
}

// toInput computes rows of the gradient of x.
func (b *batchNorm) toInput(begin, rows int, coef, scratch []float32) {
	c, n, size := b.c, rows, max(l1Floats, b.c)
	stream := kernels.Streams(b.rows * b.c)
	if b.x.carried() && b.y.slope16 != nil && b.x.slope16 != nil && !b.x.accumulate {
		at, to := begin*c, (begin+rows)*c
		kernels.BatchNormGrad16(rows, c, kernels.Streams16(b.rows*c), b.x.stored.numbers[at:to], b.y.slope16.numbers[at:to], coef[:c], coef[c:2*c], coef[2*c:],
			b.x.slope16.numbers[at:to])
		return
	}
	if b.x.stored != nil || b.y.slope16 != nil || b.x.slope16 != nil {
		n = b.few()
	}
	for end := begin + rows; begin < end; begin += n {
		n = min(n, end-begin)
		at, to := begin*c, (begin+n)*c
		x, dy := b.x.rows(at, to, scratch), b.y.slopeRows(at, to, scratch[size:])
		dx := b.x.slopePart(at, to, scratch[2*size:])
		kernels.BatchNormGrad(n, c, b.x.accumulate, stream && b.x.slope16 == nil, x, dy, coef[:c], coef[c:2*c], coef[2*c:], dx)
		b.x.putSlope(at, dx)
	}
}

// l1Floats is how much of a matrix stays in the first-level cache between two kernels.
const l1Floats = 4096

// few returns how many rows that is.
func (b *batchNorm) few() int { return max(1, l1Floats/b.c) }

// throughActivation turns rows of dy into the gradient before the activation, in place.
func (b *batchNorm) throughActivation(rows int, x, dy, scratch []float32) {
	scale, shift, _, _ := b.coefficients()
	switch b.act {
	case WithReLU:
		kernels.ChannelAffineReLUGrad(rows, b.c, x, scale, shift, dy, dy)
	case WithSiLU:
		kernels.ChannelAffineSiLUGrad(rows, b.c, x, scale, shift, dy, dy)
	case WithReLU6:
		z := scratch[:rows*b.c]
		kernels.ChannelAffine(rows, b.c, false, x, scale, shift, z)
		kernels.ReLU6Grad(false, z, dy, dy)
	}
}

// gradients adds the gradients of scale and shift, and computes the coefficients of dx = dy·a + x·b + k.
func (b *batchNorm) gradients(totals []float64, coef []float32) {
	c, n := b.c, float64(b.rows)
	_, _, mean, istd := b.coefficients()
	for j := range c {
		sum, dot := totals[j], totals[c+j]
		s := float64(istd[j])
		if b.gamma.needsGrad {
			b.gamma.grad.data[j] += float32(dot * s)
		}
		if b.beta.needsGrad {
			b.beta.grad.data[j] += float32(sum)
		}
		a := float64(b.gamma.value.data[j]) * s
		back := -a * s * s * dot / n
		if b.stats.Fixed { // mean and deviation do not depend on the batch
			back, sum = 0, 0
		}
		coef[j], coef[c+j] = float32(a), float32(back)
		coef[2*c+j] = float32(float64(-back*float64(mean[j])) - float64(a*sum/n))
	}
}
