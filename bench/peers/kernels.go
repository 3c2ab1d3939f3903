package main

import (
	"fmt"

	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// kernel computes with a single kernel and sums what comes out. Packing of weights counts.
func kernel(kind, sizes string) (r result, err error) {
	var once func()
	var y []float32
	var m memory
	switch kind {
	case "gemm":
		once, y, err = gemm(&m, sizes)
	case "conv":
		once, y, err = conv(&m, sizes)
	case "dwweight":
		once, y, err = dwWeight(&m, sizes)
	}
	if err == nil {
		err = m.err
	}
	if err != nil {
		return r, err
	}
	r, err = measure(func() error {
		once()
		return nil
	})
	r.Images, r.Checksum = 1, checksum(y)
	return r, err
}

// gemm is a product [m, k]·[k, n], which is a 1×1 convolution of m pixels.
func gemm(mem *memory, sizes string) (once func(), y []float32, err error) {
	var m, k, n int
	if _, err := fmt.Sscanf(sizes, "%d,%d,%d", &m, &k, &n); err != nil {
		return nil, nil, fmt.Errorf("sizes %q: want m,k,n", sizes)
	}
	c := kernels.NewConv(1, k, n, 1, square(m, 1, 1))
	y = mem.zeros(m * n)
	return forward(mem, c, mem.operand(1, m*k), mem.operand(2, k*n), y), y, nil
}

// conv is a 3×3 convolution that keeps size and channels: weights are [3, 3, channels, channels].
func conv(mem *memory, sizes string) (once func(), y []float32, err error) {
	n, h, w, c, err := images(sizes)
	if err != nil {
		return nil, nil, err
	}
	pixels := n * h * w
	y = mem.zeros(pixels * c)
	return forward(mem, kernels.NewConv(n, c, c, 1, square(h, w, 3)), mem.operand(1, pixels*c), mem.operand(2, 9*c*c), y), y, nil
}

// dwWeight is the gradient [5, 5, channels] of the weights of a 5×5 depthwise convolution that keeps the size.
func dwWeight(mem *memory, sizes string) (once func(), dw []float32, err error) {
	n, h, w, c, err := images(sizes)
	if err != nil {
		return nil, nil, err
	}
	d := kernels.NewDWConv(n, c, square(h, w, 5))
	x, dy := mem.operand(1, n*h*w*c), mem.operand(2, n*h*w*c)
	dw, partial, scratch := mem.zeros(25*c), mem.zeros(d.PartialFloats()), mem.scratch(d.GradWeightScratch())
	weight := func(i, worker int) { d.GradWeight(i, x, dy, partial, scratch[worker]) }
	reduce := func(i, _ int) { d.Reduce(i, partial, dw) }
	return func() {
		clear(dw) // Reduce adds
		parallel.For(d.GradWeightTasks(), weight)
		parallel.For(d.ReduceTasks(), reduce)
	}, dw, nil
}

// forward returns what packs the weights of a convolution and computes y.
func forward(mem *memory, c *kernels.Conv, x, w, y []float32) func() {
	packed, scratch := mem.zeros(c.ForwardPacked()), mem.scratch(c.Scratch())
	pack := func(i, _ int) { c.PackForward(i, w, packed) }
	run := func(i, worker int) { c.Forward(i, false, x, packed, y, scratch[worker]) }
	return func() {
		parallel.For(c.PackForwardTasks(), pack)
		parallel.For(c.ForwardTasks(), run)
	}
}

// images reads "batch,height,width,channels".
func images(sizes string) (n, h, w, c int, err error) {
	if _, err = fmt.Sscanf(sizes, "%d,%d,%d,%d", &n, &h, &w, &c); err != nil {
		err = fmt.Errorf("sizes %q: want batch,height,width,channels", sizes)
	}
	return n, h, w, c, err
}

// square is a window of k×k, k odd, padded so that the size stays.
func square(h, w, k int) kernels.Window {
	p := k / 2
	return kernels.Window{IH: h, IW: w, KH: k, KW: k, SH: 1, SW: 1, DH: 1, DW: 1, PT: p, PL: p, PB: p, PR: p}
}

// A memory gives operands, as a tape would: in huge pages, and so that no two begin in the same cache set.
type memory struct {
	operands int
	err      error
}

func (m *memory) zeros(n int) []float32 {
	at := m.operands * 61 * tensor.Align
	m.operands++
	a, err := tensor.NewArena(at + n)
	if err != nil {
		m.err = err
		return make([]float32, n)
	}
	return a.Floats(at, n)
}

// operand returns n numbers of noise.
func (m *memory) operand(key, n int) []float32 {
	x := m.zeros(n)
	for i := range x {
		x[i] = noise(key, i)
	}
	return x
}

// scratch returns so many floats for each worker.
func (m *memory) scratch(floats int) (scratch [][]float32) {
	for range parallel.Workers() {
		scratch = append(scratch, m.zeros(floats))
	}
	return scratch
}
