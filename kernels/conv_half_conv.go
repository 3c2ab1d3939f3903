package kernels

// convHalf is what a Conv in bfloat16 has in place of its tiles: how each of its sweeps is multiplied, and the gradient of
// its weights.
type convHalf struct {
	forward *halfSweep
	taps    []int        // of forward: all
	back    []*halfSweep // of the phases
	weights halfGradient
	scratch int
}

func newConvHalf(c *Conv, precision Precision, scaled bool) *convHalf {
	h := &convHalf{forward: newHalfSweep(&c.forward, &c.forward, precision, 0)}
	h.scratch = h.forward.scratch(scaled)
	for i := range c.KH * c.KW {
		h.taps = append(h.taps, i)
	}
	panels, at := 0, 0
	for i := range c.back {
		p := &c.back[i]
		b := newHalfSweep(&p.sweep, c.shared(), precision, p.origin)
		b.firstPanel, b.firstWeight = panels, at
		panels, at = panels+b.panels(c.IC), at+b.packed(c.IC)
		h.back = append(h.back, b)
		h.scratch = max(h.scratch, b.scratch(false)) // they share one copy
	}
	h.weights = newHalfGradient(c, precision, scaled)
	h.scratch = max(h.scratch, h.weights.scratch)
	return h
}

func (h *convHalf) packForward(c *Conv, task int, w, packed []float32) {
	from := halfWeights{w: w, taps: h.taps, size: c.IC * c.OC, c: c.IC, ldk: c.OC, ldj: 1}
	if c.Swapped {
		from.ldk, from.ldj = 1, c.IC
	}
	h.forward.pack(task, c.OC, c.forward.klen, from, packed)
}

func (h *convHalf) backPacked(c *Conv) int {
	last := h.back[len(h.back)-1]
	return last.firstWeight + last.packed(c.IC)
}

func (h *convHalf) packBackTasks(c *Conv) int {
	last := h.back[len(h.back)-1]
	return last.firstPanel + last.panels(c.IC)
}

func (h *convHalf) packBack(c *Conv, task int, w, packed []float32) {
	i := len(h.back) - 1
	for h.back[i].firstPanel > task {
		i--
	}
	p, b := &c.back[i], h.back[i]
	from := halfWeights{w: w, taps: p.taps, size: c.IC * c.OC, c: c.OC, ldk: 1, ldj: c.OC}
	if c.Swapped {
		from.ldk, from.ldj = c.IC, 1
	}
	b.pack(task-b.firstPanel, c.IC, p.klen, from, packed[b.firstWeight:])
}

// gradInput computes the pixels of a task, dx.
func (h *convHalf) gradInput(c *Conv, task int, accumulate bool, dy Numbers, packed, dx, scratch []float32) {
	f := c.shared()
	image, _, first := f.task(task)
	count := min(f.band, f.oh-first)
	a := h.back[0].input(f, image, first, count, dy, nil, scratch)
	for i, b := range h.back {
		p := &c.back[i]
		if rows := min(p.band, p.oh-first); rows > 0 {
			b.products(&p.sweep, rows, accumulate, a, packed[b.firstWeight:], dx)
		}
	}
}

// reads panics if operands of two parts are to be read from numbers in 16 bits, or from others than bfloat16.
func (h *convHalf) reads(list ...Numbers) {
	for _, x := range list {
		if x.stored() && (h == nil || h.forward.parts > 1 || x.storage != StoreBFloat16) {
			panic("kernels: a convolution in bfloat16 alone reads numbers that are")
		}
	}
}

// ForwardOf is Forward, or with a gain ForwardScaled, of an x that may be in bfloat16, in this precision; y are the pixels of the
// task alone: see ForwardPixels. It is there where Rounded.
func (c *Conv) ForwardOf(task int, accumulate bool, x Numbers, gain, packed, y, scratch []float32) {
	c.half.reads(x)
	c.half.forward.run(&c.forward, task, accumulate, x, gain, packed, y, scratch)
}

// GradInputOf is GradInput of a dy that may be in bfloat16; dx are the pixels of the task alone: see GradInputPixels.
func (c *Conv) GradInputOf(task int, accumulate bool, dy Numbers, packed, dx, scratch []float32) {
	c.half.reads(dy)
	c.half.gradInput(c, task, accumulate, dy, packed, dx, scratch)
}
