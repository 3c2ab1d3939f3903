package kernels

import "fmt"

// A Conv is a dense or grouped convolution of N images of IC channels to OC channels, prepared for a fixed geometry.
//
//	y[n][oy][ox][oc] = Σ_ky Σ_kx Σ_ic x[n][oy*SH-PT+ky*DH][ox*SW-PL+kx*DW][ic] · w[ky][kx][ic][oc]
//
// The weights are HWIO, their I counting the channels of one group. The sum is one chain in the order ky, kx, ic; a
// tap in the padding contributes a product with zero.
//
// The work is cut into tasks that depend on the geometry alone, may run in any order and at the same time, and need
// a scratch slice each. A Conv is immutable and can be shared.
type Conv struct {
	N, IC, OC, Groups int
	Window

	kernel  gemmKernel
	forward sweep // x to y
	back    sweep // dy to dx
	weights convWeights
}

// NewConv prepares a convolution. It panics if the geometry is impossible or the channels do not divide into groups.
func NewConv(n, ic, oc, groups int, w Window) *Conv {
	if err := w.Check(); err != nil {
		panic(fmt.Sprintf("kernels: convolution: %v", err))
	}
	if n < 1 || ic < 1 || oc < 1 || groups < 1 || ic%groups != 0 || oc%groups != 0 {
		panic(fmt.Sprintf("kernels: convolution: batch %d, channels %d to %d in %d groups", n, ic, oc, groups))
	}
	c := &Conv{N: n, IC: ic, OC: oc, Groups: groups, Window: w, kernel: gemmTile.fn}
	c.forward = newSweep(&c.kernel, n, ic, oc, groups, w, spread{1, 1})
	back, s := w.transposed()
	c.back = newSweep(&c.kernel, n, oc, ic, groups, back, s)
	c.weights = newConvWeights(c)
	return c
}

// FLOPs returns the floating-point operations of the forward pass, two a multiply-add, padding included.
func (c *Conv) FLOPs() int {
	return 2 * c.N * c.OH() * c.OW() * c.KH * c.KW * (c.IC / c.Groups) * c.OC
}

// Scratch returns the floats of scratch that any task of this convolution needs.
func (c *Conv) Scratch() int {
	return max(c.forward.scratch, c.back.scratch, c.weights.scratch) + maxTile
}

// ForwardPacked returns the floats of the weights packed for Forward.
func (c *Conv) ForwardPacked() int { return c.forward.packed(&c.kernel) }

// PackForwardTasks returns the number of tasks of PackForward.
func (c *Conv) PackForwardTasks() int { return c.forward.panels(&c.kernel) }

// PackForward writes a part of the weights w to packed, in the order Forward reads them.
func (c *Conv) PackForward(task int, w, packed []float32) {
	icg, ocg := c.IC/c.Groups, c.OC/c.Groups
	k := c.KH * c.KW * icg
	g, j, cols, at := c.forward.locate(task, &c.kernel)
	_, width := c.kernel.panel(cols)
	packed = packed[at:][:k*width]
	for i := range k {
		line := packed[i*width:][:width]
		copy(line, w[i*c.OC+g*ocg+j:][:cols])
		clear(line[cols:])
	}
}

// ForwardTasks returns the number of tasks of Forward.
func (c *Conv) ForwardTasks() int { return c.forward.tasks() }

// Forward computes a part of y from x and the packed weights. With accumulate the chains start at what y holds
// (a bias, say), else at zero.
func (c *Conv) Forward(task int, accumulate bool, x, packed, y, scratch []float32) {
	c.forward.run(task, &c.kernel, accumulate, x, packed, y, scratch)
}

// BackPacked returns the floats of the weights packed for GradInput.
func (c *Conv) BackPacked() int { return c.back.packed(&c.kernel) }

// PackBackTasks returns the number of tasks of PackBack.
func (c *Conv) PackBackTasks() int { return c.back.panels(&c.kernel) }

// PackBack writes a part of the weights w to packed, turned by 180 degrees and transposed, as GradInput reads them.
func (c *Conv) PackBack(task int, w, packed []float32) {
	icg, ocg := c.IC/c.Groups, c.OC/c.Groups
	taps := c.KH * c.KW
	g, j, cols, at := c.back.locate(task, &c.kernel)
	_, width := c.kernel.panel(cols)
	packed = packed[at:][:taps*ocg*width]
	for tap := range taps {
		from := w[((taps-1-tap)*icg+j)*c.OC+g*ocg:]
		to := packed[tap*ocg*width:][:ocg*width]
		if cols < width {
			clear(to)
		}
		for col := range cols {
			row := from[col*c.OC:][:ocg]
			for i, v := range row {
				to[i*width+col] = v
			}
		}
	}
}

// GradInputTasks returns the number of tasks of GradInput.
func (c *Conv) GradInputTasks() int { return c.back.tasks() }

// GradInput computes a part of dx from dy and the weights packed by PackBack: the convolution of dy, spread by the
// stride, with the turned weights, its chains in the order ky, kx, oc. With accumulate they start at what dx holds.
func (c *Conv) GradInput(task int, accumulate bool, dy, packed, dx, scratch []float32) {
	c.back.run(task, &c.kernel, accumulate, dy, packed, dx, scratch)
}
