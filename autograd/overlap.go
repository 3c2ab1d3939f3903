package autograd

import (
	"fmt"

	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// overlaps are sums over the pixels of a batch that count, one for each class: of what they compare, p are the
// probabilities and t the target.
type overlaps struct {
	both      []float64 // Σ min(p, t), which is Σ p·t where t is 0 or 1
	predicted []float64 // Σ p
	actual    []float64 // Σ t
	pixels    []float64
}

// overlapSlopes are the slopes of a loss by the sums over p.
type overlapSlopes struct{ both, predicted []float64 }

// overlapLoss records a loss of overlaps. p is the softmax of x, or the sigmoid where the target's classes do not exclude
// each other. measure returns the loss and sets its slopes, which are zero before.
//
//	dloss/dp = slope by predicted, and that by both more where p < t;  p is computed again, not stored
//
// With min(p, t) for p·t the loss is least at p = t for mixed targets too (Wang et al., "Dice Semimetric Losses", MICCAI
// 2023).
func overlapLoss(t *Tape, op string, x *Var, target Target, ignore int,
	measure func(s overlaps, slope overlapSlopes) float64) *Var {
	target.check(op, x, true)
	o, y := t.record(op, tensor.Dims(), x)
	o.keep = []*Var{x}
	g := newOverlap(x, target, ignore)
	t.worker(2 * g.size * g.c)
	sum := func(i, worker int) { g.sum(i, t.scratchOf(worker)) }
	o.forward = func() {
		parallel.For(g.blocks, sum)
		s := g.totals()
		clear(g.slope.both)
		clear(g.slope.predicted)
		y.value.data[0] = float32(measure(s, g.slope))
	}
	gradient := func(i, worker int) { g.gradient(i, t.scratchOf(worker)) }
	o.backward = func() {
		g.scale(float64(y.grad.data[0]))
		parallel.For(g.blocks, gradient)
	}
	return y
}

const overlapKinds = 4

type overlap struct {
	lossBlocks
	x               *Var
	target          Target
	ignore          int
	partial         []float64 // blocks × kinds × classes
	total           []float64 // kinds × classes
	slope           overlapSlopes
	outside, inside []float32 // slope of the loss by p where p ≥ t, where p < t
}

func newOverlap(x *Var, target Target, ignore int) *overlap {
	g := &overlap{lossBlocks: newLossBlocks(x), x: x, target: target, ignore: ignore}
	n := overlapKinds * g.c
	g.partial, g.total = make([]float64, g.blocks*n), make([]float64, n)
	g.slope = overlapSlopes{make([]float64, g.c), make([]float64, g.c)}
	g.outside, g.inside = make([]float32, g.c), make([]float32, g.c)
	return g
}

// split cuts sums of all kinds.
func (g *overlap) split(part []float64) overlaps {
	return overlaps{part[:g.c], part[g.c : 2*g.c], part[2*g.c : 3*g.c], part[3*g.c:]}
}

// totals adds the blocks up, in order.
func (g *overlap) totals() overlaps {
	clear(g.total)
	for i, v := range g.partial {
		g.total[i%len(g.total)] += v
	}
	return g.split(g.total)
}

// probabilities returns p of the pixels from begin to end.
func (g *overlap) probabilities(begin, end int, scratch []float32) []float32 {
	return g.target.probabilities(g.c, g.x.value.data[begin*g.c:end*g.c], scratch[:(end-begin)*g.c])
}

// plain reports whether a pixel has one class, the common case, in which there is no need to look at all of t.
func (g *overlap) plain() bool { return g.target.Mixed == nil && g.target.exclusive(g.c) }

func (g *overlap) sum(i int, scratch []float32) {
	begin, end := g.at(i)
	p := g.probabilities(begin, end, scratch)
	part := g.partial[i*len(g.total):][:len(g.total)]
	clear(part)
	s := g.split(part)
	if g.plain() {
		g.sumPlain(s, p, g.target.rows(begin, end))
		return
	}
	want := scratch[len(p):][:len(p)]
	g.target.dense(begin, end, g.c, g.ignore, want)
	for k, j := 0, 0; k < len(p); k++ {
		if v, t := p[k], want[k]; t >= 0 {
			s.both[j] += float64(min(v, t))
			s.predicted[j] += float64(v)
			s.actual[j] += float64(t)
			s.pixels[j]++
		}
		if j++; j == g.c {
			j = 0
		}
	}
}

func (g *overlap) sumPlain(s overlaps, p []float32, labels kernels.Labels) {
	count := 0.0
	for r, class := range labels.Class {
		if int(class) == g.ignore {
			continue
		}
		if int(class) >= g.c {
			panic(fmt.Sprintf("autograd: target %d; there are classes 0 to %d, and %d to ignore", class, g.c-1, g.ignore))
		}
		row := p[r*g.c:][:g.c]
		for j, v := range row {
			s.predicted[j] += float64(v)
		}
		s.both[class] += float64(row[class])
		s.actual[class]++
		count++
	}
	for j := range s.pixels {
		s.pixels[j] = count
	}
}

// scale computes the slopes of dy·loss.
func (g *overlap) scale(dy float64) {
	for j := range g.c {
		g.outside[j] = float32(dy * g.slope.predicted[j])
		g.inside[j] = float32(dy * (g.slope.predicted[j] + g.slope.both[j]))
	}
}

func (g *overlap) gradient(i int, scratch []float32) {
	begin, end := g.at(i)
	p := g.probabilities(begin, end, scratch)
	dp := scratch[len(p):][:len(p)]
	if g.plain() {
		g.slopesPlain(g.target.rows(begin, end), dp)
	} else {
		g.slopes(begin, end, p, dp)
	}
	g.target.passProbabilities(g.x, g.c, begin*g.c, p, dp)
}

// slopes computes the slopes of the loss by the probabilities p of the pixels from begin to end, 0 where they do not
// count.
func (g *overlap) slopes(begin, end int, p, dp []float32) {
	g.target.dense(begin, end, g.c, g.ignore, dp)
	for k, j := 0, 0; k < len(p); k++ {
		switch t := dp[k]; {
		case t < 0:
			dp[k] = 0
		case p[k] < t:
			dp[k] = g.inside[j]
		default:
			dp[k] = g.outside[j]
		}
		if j++; j == g.c {
			j = 0
		}
	}
}

func (g *overlap) slopesPlain(labels kernels.Labels, dp []float32) {
	for r, class := range labels.Class {
		row := dp[r*g.c:][:g.c]
		if int(class) == g.ignore {
			clear(row)
			continue
		}
		copy(row, g.outside)
		row[class] = g.inside[class]
	}
}
