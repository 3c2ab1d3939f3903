package kernels

// The gradient of the input of a convolution of stride s falls into s×s phases: the pixels of dx with the same remainder
// by the stride see the same subset of the taps, so each phase is a convolution of dy of stride 1, with no zeros to
// multiply by. A task computes all phases of a band from one copy of dy, as wide as they need together: the frame.
// (Dilated and strided at once is rare: it is one convolution of dy spread with zeros.)
type phase struct {
	sweep
	taps        []int // ky*KW + kx of the taps that the phase sees, in the order of its chains
	origin      int   // where its first tap lies in the frame
	firstPanel  int
	firstWeight int // of the packed ones
}

// newPhases prepares the gradient of the input. The weights of a phase without taps do not exist; its pixels are zero.
func (c *Conv) newPhases(to cut) {
	w := c.Window
	if c.DH*c.DW > 1 && c.SH*c.SW > 1 {
		t, s := w.transposed()
		c.place(phase{sweep: newSweep(&c.kernel, c.N, c.OC, c.IC, c.Groups, t, s, dense(w.IH, w.IW), to),
			taps: crossed(axisTaps{w.KH - 1, 1, w.KH}, axisTaps{w.KW - 1, 1, w.KW}, w.KW)})
		return
	}
	for py := range min(w.SH, w.IH) {
		for px := range min(w.SW, w.IW) {
			win, g := Window{SH: 1, SW: 1, DH: w.DH, DW: w.DW}, grid{w.IH, w.IW, w.SH, w.SW, py, px}
			var ty, tx axisTaps
			ty, win.IH, win.KH, win.PT, win.PB = phaseAxis(py, w.IH, w.OH(), w.KH, w.SH, w.DH, w.PT)
			tx, win.IW, win.KW, win.PL, win.PR = phaseAxis(px, w.IW, w.OW(), w.KW, w.SW, w.DW, w.PL)
			c.place(phase{taps: crossed(ty, tx, w.KW),
				sweep: newSweep(&c.kernel, c.N, c.OC, c.IC, c.Groups, win, spread{1, 1}, g, to)})
		}
	}
	if c.SH*c.SW > 1 {
		c.shareFrame(to)
		return
	}
	c.back[0].useWinograd(&c.kernel, c.OC, to)
}

// place adds a phase and numbers its panels and packed weights.
func (c *Conv) place(p phase) {
	p.firstPanel, p.firstWeight = c.PackBackTasks(), c.BackPacked()
	c.back = append(c.back, p)
}

// shareFrame makes the window that covers those of all phases, and lays the phases into it.
func (c *Conv) shareFrame(to cut) {
	f := c.back[0].win
	oh, ow := 0, 0
	for _, p := range c.back {
		f.PT, f.PL = max(f.PT, p.win.PT), max(f.PL, p.win.PL)
		oh, ow = max(oh, p.oh), max(ow, p.ow)
	}
	for _, p := range c.back {
		f.KH, f.KW = max(f.KH, f.PT-p.win.PT+p.win.KH), max(f.KW, f.PL-p.win.PL+p.win.KW)
	}
	f.PB, f.PR = oh-1+f.KH-f.PT-f.IH, ow-1+f.KW-f.PL-f.IW
	g := grid{c.IH, c.IW, c.SH, c.SW, 0, 0}
	to.pixels = max(1, to.pixels/len(c.back))
	frame := newSweep(&c.kernel, c.N, c.OC, c.IC, c.Groups, f, spread{1, 1}, g, to)
	c.frame = &frame
	for i := range c.back {
		p := &c.back[i]
		p.cols, p.band = frame.cols, frame.band
		p.tables(&c.kernel)
		p.origin = ((f.PT-p.win.PT)*p.cols + f.PL - p.win.PL) * c.OC / c.Groups
	}
}

// axisTaps are the taps of a phase along one axis: count of them from first down by step.
type axisTaps struct{ first, step, count int }

// phaseAxis returns the taps of the phase p along an axis, the size of dy, and the window and padding of the phase's
// sweep over it. A phase without taps gets a window of one tap with weight zero.
func phaseAxis(p, in, out, k, stride, dilation, pad int) (t axisTaps, size, taps, before, after int) {
	pixels := (in - p + stride - 1) / stride
	if stride == 1 { // every tap, turned around; they may be dilated
		before = (k-1)*dilation - pad
		return axisTaps{k - 1, 1, k}, out, k, before, pixels - 1 + (k-1)*dilation - before - (out - 1)
	}
	least := (p + pad) % stride
	t = axisTaps{0, stride, (k - least + stride - 1) / stride}
	if least >= k {
		t.count = 0
	}
	t.first = least + (t.count-1)*stride
	taps = max(1, t.count)
	before = taps - 1 - (p+pad-least)/stride
	return t, out, taps, before, pixels - 1 + taps - 1 - before - (out - 1)
}

// crossed lists the taps of two axes, rows outside.
func crossed(y, x axisTaps, kw int) []int {
	var taps []int
	for i := range y.count {
		for j := range x.count {
			taps = append(taps, (y.first-i*y.step)*kw+x.first-j*x.step)
		}
	}
	return taps
}

// BackPacked returns the floats of the weights packed for GradInput.
func (c *Conv) BackPacked() int {
	if c.half != nil {
		return c.half.backPacked(c)
	}
	if len(c.back) == 0 {
		return 0
	}
	last := &c.back[len(c.back)-1]
	return last.firstWeight + last.packed(&c.kernel)
}

// PackBackTasks returns the number of tasks of PackBack.
func (c *Conv) PackBackTasks() int {
	if c.half != nil {
		return c.half.packBackTasks(c)
	}
	if len(c.back) == 0 {
		return 0
	}
	last := &c.back[len(c.back)-1]
	return last.firstPanel + last.panels(&c.kernel)
}

// PackBack writes a part of the weights w to packed, turned by 180 degrees and transposed, as GradInput reads them.
func (c *Conv) PackBack(task int, w, packed []float32) {
	if c.half != nil {
		c.half.packBack(c, task, w, packed)
		return
	}
	p := &c.back[0]
	for i := range c.back {
		if c.back[i].firstPanel <= task {
			p = &c.back[i]
		}
	}
	icg, ocg := c.IC/c.Groups, c.OC/c.Groups
	g, j, cols, at := p.locate(task-p.firstPanel, &c.kernel)
	_, width := c.kernel.panel(cols)
	packed = packed[p.firstWeight+at:][:p.depth()*width]
	if len(p.taps) == 0 {
		clear(packed)
	}
	taps := packed[len(packed)-len(p.taps)*ocg*width:]
	for i, tap := range p.taps {
		to := taps[i*ocg*width:][:ocg*width]
		if c.Swapped {
			packAlong(cols, width, icg, w[tap*ocg*icg+j:], to)
		} else {
			packAcross(cols, width, c.OC, w[(tap*icg+j)*c.OC+g*ocg:], to)
		}
	}
	switch {
	case p.gather:
		upWeights(ocg*width, packed)
	case p.tiling != nil:
		p.tiling.weights(ocg*width, packed)
	}
}

// GradInputTasks returns the number of tasks of GradInput.
func (c *Conv) GradInputTasks() int { return c.shared().tasks() }

// GradInputBands is ForwardBands for GradInput.
func (c *Conv) GradInputBands() int { return c.shared().allBands() }

// GradInputChannels is ForwardChannels for dx.
func (c *Conv) GradInputChannels(task int) (begin, end int) {
	return c.shared().columns(&c.kernel, task)
}

// GradInputPixels returns the range of pixels of dx that a task of GradInput computes, as ForwardPixels does of y.
func (c *Conv) GradInputPixels(task int) (begin, end int) { return c.shared().pixels(task) }

// shared returns the sweep whose tasks are those of all phases.
func (c *Conv) shared() *sweep {
	if c.frame != nil {
		return c.frame
	}
	return &c.back[0].sweep
}

// GradInput computes a part of dx from dy and the weights packed by PackBack. Each pixel is one chain over the taps that
// touched it, in the order of falling ky and kx, and oc; taps that fall outside dy contribute products with zero. With
// accumulate the chains start at what dx holds, else at zero.
func (c *Conv) GradInput(task int, accumulate bool, dy, packed, dx, scratch []float32) {
	if c.half != nil {
		begin, end := c.GradInputPixels(task)
		c.GradInputOf(task, accumulate, Floats(dy), packed, dx[begin*c.IC:end*c.IC], scratch)
		return
	}
	f := c.frame
	if f == nil {
		c.back[0].run(task, &c.kernel, accumulate, dy, nil, packed, dx, scratch)
		return
	}
	image, group, first := f.task(task)
	spare, scratch := scratch[:maxTile], scratch[maxTile:]
	a := f.input(image, group, first, min(f.band, f.oh-first), Floats(dy), nil, scratch)
	for i := range c.back {
		p := &c.back[i]
		count := min(p.band, p.oh-first)
		p.products(&c.kernel, 0, image, group, first, count, accumulate, a[p.origin:], packed[p.firstWeight:], dx, spare)
	}
}
