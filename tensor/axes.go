package tensor

import (
	"fmt"
	"strings"
)

// Permute returns a copy of a Float32 tensor with its axes in another order, each named by a letter:
// Permute(w, "OIHW", "HWIO"). An axis missing on one side must have size 1 there: from "OIHW" to "HWO" drops an I of 1.
// It panics if letters or sizes do not fit.
func Permute(t *Tensor, from, to string) *Tensor {
	sizes := make([]int, len(to))
	for i := range to {
		sizes[i] = 1
		if at := strings.IndexByte(from, to[i]); at >= 0 && at < t.Shape.Rank() {
			sizes[i] = t.Shape.Dim(at)
		}
	}
	out := New(Float32, Dims(sizes...))
	PermuteInto(out.Data, t, from, to)
	return out
}

// PermuteInto is Permute into the elements of a tensor that is there already.
func PermuteInto(out []float32, t *Tensor, from, to string) {
	axes := matchAxes(t, from, to)
	if len(out) != t.Shape.Size() {
		panic(&ShapeError{Op: "PermuteInto", Got: []Shape{t.Shape, Dims(len(out))}, Detail: "sizes differ"})
	}
	inner := axis{size: 1}
	var outer [4]axis // a shape has no more
	n := 0
	for _, a := range axes { // in the order of the source, so that it is read in order
		switch {
		case a.size == 1:
		case a.to == 1:
			inner = a
		default:
			outer[n] = a
			n++
		}
	}
	for first := 0; first < inner.size; first += permuteBlock {
		size := min(permuteBlock, inner.size-first)
		permute(outer[:n], t.Data[first*inner.from:], out[first:], inner.from, size)
	}
}

// An axis of a permutation: its size, and the floats from one index to the next on both sides.
type axis struct{ size, from, to int }

// permuteBlock is how many elements are written side by side: a cache line of them.
const permuteBlock = 16

// permute copies size elements, step floats apart in the source, for every index of the axes.
func permute(axes []axis, x, y []float32, step, size int) {
	a := axis{size: 1}
	if len(axes) > 0 {
		a = axes[0]
	}
	if len(axes) > 1 {
		for i := range a.size {
			permute(axes[1:], x[i*a.from:], y[i*a.to:], step, size)
		}
		return
	}
	for i := range a.size {
		to, from := y[i*a.to:][:size], i*a.from
		for j := range to {
			to[j] = x[from]
			from += step
		}
	}
}

// matchAxes returns the axes of a permutation in the order of the source.
func matchAxes(t *Tensor, from, to string) []axis {
	fail := func(why string) {
		panic(&ShapeError{Op: fmt.Sprintf("Permute %s to %s", from, to), Got: []Shape{t.Shape}, Detail: why})
	}
	if t.DType != Float32 || len(from) != t.Shape.Rank() {
		fail("want a float32 tensor with one letter a dimension")
	}
	axes := make([]axis, len(from))
	for i, step := len(from)-1, 1; i >= 0; i-- {
		if strings.LastIndexByte(from, from[i]) != i {
			fail("a letter occurs twice")
		}
		axes[i] = axis{size: t.Shape.Dim(i), from: step}
		if strings.IndexByte(to, from[i]) < 0 && axes[i].size != 1 {
			fail(fmt.Sprintf("axis %c is dropped but has size %d", from[i], axes[i].size))
		}
		step *= axes[i].size
	}
	for i, step := len(to)-1, 1; i >= 0; i-- {
		if strings.LastIndexByte(to, to[i]) != i {
			fail("a letter occurs twice")
		}
		if at := strings.IndexByte(from, to[i]); at >= 0 {
			axes[at].to = step
			step *= axes[at].size
		}
	}
	return axes
}
