package kernels

// The gradient of the input of a convolution of stride s falls into s×s phases: the pixels of dx with the same remainder
// by the stride see the same subset of the taps, so each phase is a convolution of dy of stride 1, with no zeros to
// multiply by. (Dilated and strided at once is rare: it is one convolution of dy spread with zeros.)
type phase struct {
	sweep
	taps        []int // ky*KW + kx of the taps that the phase sees, in the order of its chains
	firstTask   int
	firstPanel  int
	firstWeight int // of the packed ones
}

// newPhases prepares the gradient of the input. The weights of a phase without taps do not exist; its pixels are zero.
func newPhases(c *Conv) []phase {
	w := c.Window
	if c.DH*c.DW > 1 && c.SH*c.SW > 1 {
		t, s := w.transposed()
		return c.place([]phase{{sweep: newSweep(&c.kernel, c.N, c.OC, c.IC, c.Groups, t, s, dense(w.IH, w.IW)),
			taps: crossed(axisTaps{w.KH - 1, 1, w.KH}, axisTaps{w.KW - 1, 1, w.KW}, w.KW)}})
	}
	var list []phase
	for py := range min(w.SH, w.IH) {
		for px := range min(w.SW, w.IW) {
			win, g := Window{SH: 1, SW: 1, DH: w.DH, DW: w.DW}, grid{w.IH, w.IW, w.SH, w.SW, py, px}
			var ty, tx axisTaps
			ty, win.IH, win.KH, win.PT, win.PB = phaseAxis(py, w.IH, w.OH(), w.KH, w.SH, w.DH, w.PT)
			tx, win.IW, win.KW, win.PL, win.PR = phaseAxis(px, w.IW, w.OW(), w.KW, w.SW, w.DW, w.PL)
			list = append(list, phase{taps: crossed(ty, tx, w.KW),
				sweep: newSweep(&c.kernel, c.N, c.OC, c.IC, c.Groups, win, spread{1, 1}, g)})
		}
	}
	return c.place(list)
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

// place numbers the tasks, panels and packed weights of all phases.
func (c *Conv) place(list []phase) []phase {
	tasks, panels, packed := 0, 0, 0
	for i := range list {
		p := &list[i]
		p.firstTask, p.firstPanel, p.firstWeight = tasks, panels, packed
		tasks += p.tasks()
		panels += p.panels(&c.kernel)
		packed += p.packed(&c.kernel)
	}
	return list
}

// BackPacked returns the floats of the weights packed for GradInput.
func (c *Conv) BackPacked() int {
	last := &c.back[len(c.back)-1]
	return last.firstWeight + last.packed(&c.kernel)
}

// PackBackTasks returns the number of tasks of PackBack.
func (c *Conv) PackBackTasks() int {
	last := &c.back[len(c.back)-1]
	return last.firstPanel + last.panels(&c.kernel)
}

// PackBack writes a part of the weights w to packed, turned by 180 degrees and transposed, as GradInput reads them.
func (c *Conv) PackBack(task int, w, packed []float32) {
	p := &c.back[0]
	for i := range c.back {
		if c.back[i].firstPanel <= task {
			p = &c.back[i]
		}
	}
	icg, ocg := c.IC/c.Groups, c.OC/c.Groups
	g, j, cols, at := p.locate(task-p.firstPanel, &c.kernel)
	_, width := c.kernel.panel(cols)
	packed = packed[p.firstWeight+at:][:len(p.segs)*p.klen*width]
	if len(p.taps) == 0 {
		clear(packed)
	}
	for i, tap := range p.taps {
		to := packed[i*ocg*width:][:ocg*width]
		if c.Swapped {
			packAlong(cols, width, icg, w[tap*ocg*icg+j:], to)
		} else {
			packAcross(cols, width, c.OC, w[(tap*icg+j)*c.OC+g*ocg:], to)
		}
	}
}

// GradInputTasks returns the number of tasks of GradInput.
func (c *Conv) GradInputTasks() int {
	last := &c.back[len(c.back)-1]
	return last.firstTask + last.tasks()
}

// GradInput computes a part of dx from dy and the weights packed by PackBack. Each pixel is one chain over the taps that
// touched it, in the order of falling ky and kx, and oc; taps that fall outside dy contribute products with zero. With
// accumulate the chains start at what dx holds, else at zero.
func (c *Conv) GradInput(task int, accumulate bool, dy, packed, dx, scratch []float32) {
	p := &c.back[0]
	for i := range c.back {
		if c.back[i].firstTask <= task {
			p = &c.back[i]
		}
	}
	p.run(task-p.firstTask, &c.kernel, accumulate, dy, packed[p.firstWeight:], dx, scratch)
}
