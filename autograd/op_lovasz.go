package autograd

import (
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// Lovasz returns the Lovász extension of the Jaccard loss, a number, of logits x [N, H, W, classes] (Berman et al., "The
// Lovász-Softmax loss", CVPR 2018): for a class, the pixels that count are sorted by their errors e, the largest first, ties
// by their places, and
//
//	loss = Σ e_i·(J_i - J_(i-1)),   J_i = 1 - (the class's pixels after i) / (the class's pixels and the others up to i)
//
// Where a pixel is of one class, e = |t - softmax(x)|, and the loss is the mean over the classes that occur. Where classes
// do not exclude each other, e = max(0, 1 - x·s) with s = 1 for what is there and -1 for what is not (the hinge), and the
// mean is over all classes: of one that does not occur the loss is the largest error. This differs on purpose from
// segmentation_models_pytorch, where several such classes are one. perImage makes it the mean over the images in which
// anything counts, instead of the loss of the batch. If nothing counts the loss is 0.
//
//	de = ±dy·(J_i - J_(i-1)); the order is kept from the forward pass, the softmax is computed again
//
// A mixed target panics: which pixels are a class's is what it is about.
func Lovasz(t *Tape, x *Var, target Target, ignore int, perImage bool) *Var {
	target.check("lovasz", x, true)
	if target.Mixed != nil {
		panic("autograd: lovasz: mixed targets have no Jaccard loss")
	}
	o, y := t.record("lovasz", tensor.Dims(), x)
	o.keep = []*Var{x}
	l := newLovasz(t, x, target, ignore, perImage)
	t.worker(max(2*l.size*l.c, 4*l.pixels))
	errors := func(i, worker int) { l.errors(i, t.scratchOf(worker)) }
	sort := func(i, worker int) { l.sort(i, tensor.Words(t.scratchOf(worker))) }
	o.forward = func() {
		parallel.For(l.blocks, errors)
		parallel.For(l.groups*l.c, sort)
		y.value.data[0] = l.mean()
	}
	gradient := func(i, worker int) { l.gradient(i, t.scratchOf(worker)) }
	o.backward = func() {
		l.scale(float64(y.grad.data[0]))
		parallel.For(l.blocks, gradient)
	}
	return y
}

type lovasz struct {
	lossBlocks
	x              *Var
	target         Target
	ignore         int
	exclusive      bool
	groups, pixels int     // that are sorted apart, and the pixels of each
	planes         *buffer // class by class: of each pixel the error, then the slope of its class's loss by it
	loss           []float64
	present        []bool // by group and class, as loss
	images         int    // groups in which anything counts
	factor         []float32
}

func newLovasz(t *Tape, x *Var, target Target, ignore int, perImage bool) *lovasz {
	l := &lovasz{lossBlocks: newLossBlocks(x), x: x, target: target, ignore: ignore, groups: 1}
	if perImage {
		l.groups, _, _, _ = x.Shape.NHWC()
	}
	l.exclusive, l.pixels = target.exclusive(l.c), l.rows/l.groups
	l.planes = t.saved(l.rows * l.c)
	l.loss, l.present = make([]float64, l.groups*l.c), make([]bool, l.groups*l.c)
	l.factor = make([]float32, l.groups*l.c)
	return l
}

// errors computes the errors of block i, -1 where a pixel does not count.
func (l *lovasz) errors(i int, scratch []float32) {
	begin, end := l.at(i)
	n := (end - begin) * l.c
	x, want, e := l.x.value.data[begin*l.c:end*l.c], scratch[:n], scratch[n:2*n]
	l.target.dense(begin, end, l.c, l.ignore, want)
	if l.exclusive {
		kernels.Softmax(end-begin, l.c, x, e)
	}
	for k, t := range want {
		switch {
		case t < 0:
			e[k] = -1
		case l.exclusive && t > 0:
			e[k] = 1 - e[k]
		case l.exclusive:
		case t > 0:
			e[k] = max(0, 1-x[k])
		default:
			e[k] = max(0, 1+x[k])
		}
	}
	for j := range l.c {
		plane := l.planes.data[j*l.rows:][begin:end]
		for r := range plane {
			plane[r] = e[r*l.c+j]
		}
	}
}

// is reports whether a pixel that counts is of class j.
func (l *lovasz) is(pixel, j int) bool {
	label := l.target.label(pixel, j, l.c)
	if l.exclusive {
		return int(label) == j
	}
	return label == 1
}

// sort computes the loss of a class in a group of pixels, and turns errors into slopes.
func (l *lovasz) sort(task int, scratch []uint32) {
	j, first := task%l.c, task/l.c*l.pixels
	plane := l.planes.data[j*l.rows+first:][:l.pixels]
	keys, order := scratch[:l.pixels], scratch[l.pixels:2*l.pixels]
	n, of := 0, 0
	for i, e := range plane {
		if e < 0 {
			plane[i] = 0
			continue
		}
		keys[n], order[n] = kernels.SortKey(e), uint32(i)
		n++
		if l.is(first+i, j) {
			of++
		}
	}
	l.loss[task], l.present[task] = 0, n > 0 && (of > 0 || !l.exclusive)
	if !l.present[task] {
		clear(plane)
		return
	}
	kernels.SortDescending(keys[:n], order[:n], scratch[2*l.pixels:])
	l.loss[task] = l.extend(plane, order[:n], first, j, float64(of))
}

// extend returns the loss of a class with so many pixels, for pixels in the order of their errors, which become slopes.
func (l *lovasz) extend(plane []float32, order []uint32, first, j int, of float64) (loss float64) {
	left, union, before := of, of, 0.0
	for _, i := range order {
		e, sign := plane[i], float32(1)
		if l.is(first+int(i), j) {
			left--
			sign = -1
		} else {
			union++
		}
		jaccard := 1 - left/union
		step := jaccard - before
		before = jaccard
		loss += float64(float64(e) * step)
		if !l.exclusive && e == 0 {
			sign = 0 // the hinge is flat
		}
		plane[i] = sign * float32(step)
	}
	return loss
}

// mean returns the mean over classes, and then over groups, of those that count.
func (l *lovasz) mean() float32 {
	total := 0.0
	l.images = 0
	for g := range l.groups {
		sum, count := 0.0, 0.0
		for task := g * l.c; task < (g+1)*l.c; task++ {
			if l.present[task] {
				sum += l.loss[task]
				count++
			}
		}
		if count > 0 {
			total += sum / count
			l.images++
		}
	}
	return float32(total / float64(max(1, l.images)))
}

// scale computes what the slopes of each class's loss are multiplied by to be those of dy times the mean.
func (l *lovasz) scale(dy float64) {
	for g := range l.groups {
		count := 0
		for _, present := range l.present[g*l.c:][:l.c] {
			if present {
				count++
			}
		}
		for task := g * l.c; task < (g+1)*l.c; task++ {
			l.factor[task] = float32(dy / float64(max(1, l.images)*max(1, count)))
		}
	}
}

func (l *lovasz) gradient(i int, scratch []float32) {
	begin, end := l.at(i)
	n := (end - begin) * l.c
	slopes, p := scratch[:n], scratch[n:2*n]
	for j := range l.c {
		for r, slope := range l.planes.data[j*l.rows:][begin:end] {
			slopes[r*l.c+j] = float32(slope * l.factor[(begin+r)/l.pixels*l.c+j])
		}
	}
	if !l.exclusive {
		l.x.pass(begin*l.c, slopes)
		return
	}
	kernels.Softmax(end-begin, l.c, l.x.value.data[begin*l.c:], p)
	kernels.SoftmaxGrad(end-begin, l.c, l.x.accumulate, p, slopes, l.x.grad.data[begin*l.c:])
}
