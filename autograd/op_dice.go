package autograd

import (
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// Dice returns the soft Dice loss of logits x [N, H, W, classes] with p = softmax(x) and the one-hot target t, a number:
//
//	1 - mean over classes of (2·Σ p·t + 2·smooth) / (Σ p + Σ t + 2·smooth)
//
// The sums run over all pixels of the batch but those of class ignore (Milletari et al., "V-Net", 3DV 2016). The mean
// is over the classes that occur in the target: a class that is absent has no overlap to gain. If none occurs the loss
// is 0.
//
//	dx_c = p_c·(g_c - Σ_k p_k·g_k) with g = dloss/dp; the softmax is computed again, not stored
func Dice(t *Tape, x *Var, target *tensor.Tensor, ignore int, smooth float64) *Var {
	classes := checkTarget("dice", x, target)
	o, y := t.record("dice", tensor.Dims(), x)
	o.keep = []*Var{x}
	d := newDice(x.Shape.Size()/classes, classes, ignore, smooth)
	t.worker(d.size * classes)
	sum := func(i, worker int) { d.sum(i, x.value.data, target.Indices, t.scratchOf(worker)) }
	o.forward = func() {
		parallel.For(d.blocks, sum)
		y.value.data[0] = d.loss()
	}
	gradient := func(i, worker int) {
		d.gradient(i, x.accumulate, x.value.data, target.Indices, x.grad.data, t.scratchOf(worker))
	}
	o.backward = func() {
		d.slopes(float64(y.grad.data[0]))
		parallel.For(d.blocks, gradient)
	}
	return y
}

type dice struct {
	rows, classes, ignore, size, blocks int
	smooth                              float64
	partial                             []float64 // blocks × (overlap, prediction, target) × classes
	totals                              []float64 // (overlap, prediction, target) × classes
	outside, inside                     []float32 // slope of the loss by p where the target is another class, this class
}

func newDice(rows, classes, ignore int, smooth float64) *dice {
	d := &dice{rows: rows, classes: classes, ignore: ignore, smooth: smooth, size: rowsOf(classes)}
	d.blocks = (rows + d.size - 1) / d.size
	d.partial, d.totals = make([]float64, d.blocks*3*classes), make([]float64, 3*classes)
	d.outside, d.inside = make([]float32, classes), make([]float32, classes)
	return d
}

// probabilities returns the softmax of block i, its first row and its target.
func (d *dice) probabilities(i int, x []float32, target []uint8, scratch []float32) (p []float32, begin int, classes []uint8) {
	begin, end := i*d.size, min((i+1)*d.size, d.rows)
	p = scratch[:(end-begin)*d.classes]
	kernels.Softmax(end-begin, d.classes, x[begin*d.classes:], p)
	return p, begin, target[begin:end]
}

func (d *dice) sum(i int, x []float32, target []uint8, scratch []float32) {
	p, _, classes := d.probabilities(i, x, target, scratch)
	c := d.classes
	part := d.partial[i*3*c:][:3*c]
	clear(part)
	for r, class := range classes {
		if int(class) == d.ignore {
			continue
		}
		row := p[r*c:][:c]
		for j, v := range row {
			part[c+j] += float64(v)
		}
		part[class] += float64(row[class])
		part[2*c+int(class)]++
	}
}

// loss adds the blocks up, in order, and returns the loss.
func (d *dice) loss() float32 {
	clear(d.totals)
	for i, v := range d.partial {
		d.totals[i%len(d.totals)] += v
	}
	sum, present := 0.0, 0
	for c := range d.classes {
		if above, below := d.fraction(c); d.totals[2*d.classes+c] > 0 {
			sum += above / below
			present++
		}
	}
	if present == 0 {
		return 0
	}
	return float32(1 - sum/float64(present))
}

// fraction returns numerator and denominator of the overlap of class c.
func (d *dice) fraction(c int) (above, below float64) {
	n := d.classes
	return 2 * (d.totals[c] + d.smooth), d.totals[n+c] + d.totals[2*n+c] + 2*d.smooth
}

// slopes computes the slopes of scale·loss by the probabilities of each class.
func (d *dice) slopes(scale float64) {
	present := 0
	for c := range d.classes {
		if d.totals[2*d.classes+c] > 0 {
			present++
		}
	}
	for c := range d.classes {
		d.outside[c], d.inside[c] = 0, 0
		if d.totals[2*d.classes+c] > 0 {
			above, below := d.fraction(c)
			slope := scale / float64(present) / below
			d.outside[c] = float32(slope * above / below)
			d.inside[c] = float32(float64(slope*above/below) - 2*slope)
		}
	}
}

func (d *dice) gradient(i int, accumulate bool, x []float32, target []uint8, dx, scratch []float32) {
	p, begin, classes := d.probabilities(i, x, target, scratch)
	c := d.classes
	for r, class := range classes {
		row, out := p[r*c:][:c], dx[(begin+r)*c:][:c]
		if int(class) == d.ignore {
			if !accumulate {
				clear(out)
			}
			continue
		}
		mean := float32(0)
		for j, v := range row {
			mean += float32(v * d.slope(j, class))
		}
		for j, v := range row {
			g := float32(v * (d.slope(j, class) - mean))
			if accumulate {
				g += out[j]
			}
			out[j] = g
		}
	}
}

// slope returns the slope of the loss by the probability of class j at a pixel of a class.
func (d *dice) slope(j int, class uint8) float32 {
	if j == int(class) {
		return d.inside[j]
	}
	return d.outside[j]
}
