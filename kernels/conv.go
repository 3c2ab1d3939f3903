package kernels

import (
	"fmt"
	"unsafe"
)

// A Conv is a dense or grouped convolution of N images of IC channels to OC channels, prepared for a fixed geometry.
//
//	y[n][oy][ox][oc] = Σ_ky Σ_kx Σ_ic x[n][oy*SH-PT+ky*DH][ox*SW-PL+kx*DW][ic] · w[ky][kx][ic][oc]
//
// The weights are HWIO, their I counting the channels of one group. The sum is one chain in the order ky, kx, ic; a
// tap in the padding contributes a product with zero. Where tiles pay (see useWinograd) it is that of another algorithm.
//
// The work is cut into tasks that depend on the geometry alone, may run in any order and at the same time, and need
// a scratch slice each. A Conv is immutable and can be shared.
//
// In a Precision that Rounds the operands of all three directions are rounded to bfloat16, in one or two parts; a
// sum is one of dot16's, over the taps and channels in the same order, a row of the window filled up with zeros to a
// multiple of 32. Convolutions in groups, strided and dilated ones at once, and those to a single pixel stay in float32, in BFloat16x3
// those of less than 8 channels too.
type Conv struct {
	N, IC, OC, Groups int
	Window
	// Swapped says that the weights which PackForward and PackBack read are [KH, KW, OC, IC] (one group only). It is
	// set before use.
	Swapped bool

	kernel  gemmKernel
	forward sweep   // x to y
	back    []phase // dy to dx: one sweep, or several
	frame   *sweep  // whose input several share
	weights convWeights
	half    *convHalf // nil in float32
}

// NewConv prepares a convolution in float32. It panics if the geometry is impossible or the channels do not divide into
// groups.
func NewConv(n, ic, oc, groups int, w Window) *Conv { return Float32.NewConv(n, ic, oc, groups, w) }

// NewConv is the function NewConv for operands of this precision.
func (p Precision) NewConv(n, ic, oc, groups int, w Window) *Conv {
	return p.newConv(n, ic, oc, groups, w, false)
}

// NewScaledConv prepares a convolution whose x is scaled on its way, each channel of each image by a factor of its own: with
// ForwardScaled and GradWeightScaled in place of Forward and GradWeight. Tasks of GradInput stay within an image.
func (p Precision) NewScaledConv(n, ic, oc int, w Window) *Conv {
	return p.newConv(n, ic, oc, 1, w, true)
}

func (p Precision) newConv(n, ic, oc, groups int, w Window, scaled bool) *Conv {
	if err := w.Check(); err != nil {
		panic(fmt.Sprintf("kernels: convolution: %v", err))
	}
	if n < 1 || ic < 1 || oc < 1 || groups < 1 || ic%groups != 0 || oc%groups != 0 {
		panic(fmt.Sprintf("kernels: convolution: batch %d, channels %d to %d in %d groups", n, ic, oc, groups))
	}
	c := &Conv{N: n, IC: ic, OC: oc, Groups: groups, Window: w, kernel: gemmTile.fn}
	to := usualCut
	rounded := p.rounds(c)
	if rounded {
		to = halfCut
	}
	to.scaled, to.rounded = scaled, rounded
	c.forward = newSweep(&c.kernel, n, ic, oc, groups, w, spread{1, 1}, dense(w.OH(), w.OW()), to)
	c.forward.useWinograd(&c.kernel, ic, to)
	c.newPhases(to)
	if rounded {
		c.half = newConvHalf(c, p, scaled)
		return c
	}
	to.tasks = 1
	input := newSweep(&c.kernel, n, ic, oc, groups, w, spread{1, 1}, dense(w.OH(), w.OW()), to)
	input.useWinograd(&c.kernel, min(ic, gradBlock), to)
	c.weights = newConvWeights(c, input)
	return c
}

// Rounded tells whether all directions round their operands to bfloat16.
func (c *Conv) Rounded() bool { return c.half != nil }

// fewChannels is below how many channels of x three products of rounded numbers take longer than one of float32: pictures.
const fewChannels = 8

// rounds reports whether a convolution rounds its operands in this precision.
func (p Precision) rounds(c *Conv) bool {
	if p == BFloat16x3 && c.IC < fewChannels {
		return false
	}
	return p.Rounds() && c.Groups == 1 && (c.DH*c.DW == 1 || c.SH*c.SW == 1) && c.OH()*c.OW() > 1
}

// FLOPs returns the floating-point operations of the forward pass, two a multiply-add, padding included. By tiles they are 4/9
// of the definition's, beside the transforms.
func (c *Conv) FLOPs() int {
	if g := c.forward.tiling; g != nil {
		return 2 * c.N * ((c.OH() + 1) / 2 * g.cols) * g.values * c.IC * c.OC
	}
	return 2 * c.N * c.OH() * c.OW() * c.KH * c.KW * (c.IC / c.Groups) * c.OC
}

// Scratch returns the floats of scratch that any task of this convolution needs.
func (c *Conv) Scratch() int {
	if c.half != nil {
		return c.half.scratch
	}
	most := max(c.forward.scratch, c.weights.scratch)
	if c.frame != nil {
		return max(most, c.frame.scratch) + maxTile
	}
	most = max(most, c.back[0].scratch)
	return most + maxTile
}

// ForwardPacked returns the floats of the weights packed for Forward.
func (c *Conv) ForwardPacked() int {
	if c.half != nil {
		return c.half.forward.packed(c.OC)
	}
	return c.forward.packed(&c.kernel)
}

// PackForwardTasks returns the number of tasks of PackForward.
func (c *Conv) PackForwardTasks() int {
	if c.half != nil {
		return c.half.forward.panels(c.OC)
	}
	return c.forward.panels(&c.kernel)
}

// PackForward writes a part of the weights w to packed, in the order Forward reads them.
func (c *Conv) PackForward(task int, w, packed []float32) {
	if c.half != nil {
		c.half.packForward(c, task, w, packed)
		return
	}
	icg, ocg := c.IC/c.Groups, c.OC/c.Groups
	g, j, cols, at := c.forward.locate(task, &c.kernel)
	_, width := c.kernel.panel(cols)
	packed = packed[at:][:c.forward.depth()*width]
	taps := packed[len(packed)-c.KH*c.KW*icg*width:]
	for tap := range c.KH * c.KW {
		to := taps[tap*icg*width:][:icg*width]
		if c.Swapped {
			packAcross(cols, width, icg, w[(tap*c.OC+j)*icg:], to)
		} else {
			packAlong(cols, width, c.OC, w[tap*icg*c.OC+g*ocg+j:], to)
		}
	}
	if g := c.forward.tiling; g != nil {
		g.weights(icg*width, packed)
	}
}

// packAlong copies rows of cols floats, ld apart, to rows of width floats, padded with zeros.
func packAlong(cols, width, ld int, from, to []float32) {
	if cols == width {
		copyRows.fn(len(to)/width, width, ld, from, to)
		return
	}
	for i := 0; i*width < len(to); i++ {
		row := to[i*width:][:width]
		copy(row, from[i*ld:][:cols])
		clear(row[cols:])
	}
}

// packBlock is how many rows are transposed together: their lines stay in the first-level cache.
const packBlock = 64

// packAcross is packAlong of a transposed matrix: its columns lie ld apart.
func packAcross(cols, width, ld int, from, to []float32) {
	rows := len(to) / width
	if cols < width {
		clear(to)
	}
	for first := 0; first < rows; first += packBlock {
		n := min(packBlock, rows-first)
		bf16.fn.transpose(cols, n, ld, width, bitsOf(from[first:]), bitsOf(to[first*width:]))
	}
}

// bitsOf returns numbers as their bits.
func bitsOf(x []float32) []uint32 {
	return unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}

// ForwardTasks returns the number of tasks of Forward.
func (c *Conv) ForwardTasks() int { return c.forward.tasks() }

// ForwardBands returns how many tasks of Forward follow each other until one computes other channels of the pixels of the first: all,
// or half of them.
func (c *Conv) ForwardBands() int { return c.forward.allBands() }

// ForwardChannels returns the range of channels of y that a task of Forward computes, of those of a group.
func (c *Conv) ForwardChannels(task int) (begin, end int) { return c.forward.columns(&c.kernel, task) }

// Forward computes a part of y from x and the packed weights. With accumulate the chains start at what y holds
// (a bias, say), else at zero.
func (c *Conv) Forward(task int, accumulate bool, x, packed, y, scratch []float32) {
	if c.half != nil {
		begin, end := c.ForwardPixels(task)
		c.ForwardOf(task, accumulate, Floats(x), nil, packed, y[begin*c.OC:end*c.OC], scratch)
		return
	}
	c.forward.run(task, &c.kernel, accumulate, x, nil, packed, y, scratch)
}

// ForwardScaled is Forward of x·gain, without accumulating; gain is [N, IC].
func (c *Conv) ForwardScaled(task int, x, gain, packed, y, scratch []float32) {
	if c.half != nil {
		begin, end := c.ForwardPixels(task)
		c.ForwardOf(task, false, Floats(x), gain, packed, y[begin*c.OC:end*c.OC], scratch)
		return
	}
	c.forward.run(task, &c.kernel, false, x, gain, packed, y, scratch)
}

// ForwardPixels returns the range of pixels of y, of all images together, that a task of Forward computes. With more than
// one group, a task computes the channels of one group of them.
func (c *Conv) ForwardPixels(task int) (begin, end int) { return c.forward.pixels(task) }
