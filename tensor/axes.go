package tensor

import (
	"fmt"
	"strings"
)

// Permute returns a copy of a Float32 tensor with its axes in another order, each named by a letter:
// Permute(w, "OIHW", "HWIO"). An axis missing on one side must have size 1 there: from "OIHW" to "HWO" drops an I of 1.
// It panics if letters or sizes do not fit.
func Permute(t *Tensor, from, to string) *Tensor {
	fail := func(why string) {
		panic(&ShapeError{Op: fmt.Sprintf("Permute %s to %s", from, to), Got: []Shape{t.Shape}, Detail: why})
	}
	if t.DType != Float32 || len(from) != t.Shape.Rank() {
		fail("want a float32 tensor with one letter a dimension")
	}
	strides := map[byte]int{}
	for i, step := len(from)-1, 1; i >= 0; i-- {
		if _, twice := strides[from[i]]; twice {
			fail("a letter occurs twice")
		}
		strides[from[i]] = step
		if strings.IndexByte(to, from[i]) < 0 && t.Shape.Dim(i) != 1 {
			fail(fmt.Sprintf("axis %c is dropped but has size %d", from[i], t.Shape.Dim(i)))
		}
		step *= t.Shape.Dim(i)
	}
	sizes, steps := make([]int, len(to)), make([]int, len(to))
	for i := range to {
		if strings.IndexByte(to[:i], to[i]) >= 0 {
			fail("a letter occurs twice")
		}
		sizes[i] = 1
		if at := strings.IndexByte(from, to[i]); at >= 0 {
			sizes[i], steps[i] = t.Shape.Dim(at), strides[to[i]]
		}
	}
	out := New(Float32, Dims(sizes...))
	last := len(to) - 1
	if last < 0 {
		copy(out.Data, t.Data)
		return out
	}
	index := make([]int, len(to))
	at := 0
	for o := 0; o < len(out.Data); o += sizes[last] {
		for j := range out.Data[o:][:sizes[last]] {
			out.Data[o+j] = t.Data[at+j*steps[last]]
		}
		for d := last - 1; d >= 0; d-- {
			index[d]++
			at += steps[d]
			if index[d] < sizes[d] {
				break
			}
			at -= steps[d] * sizes[d]
			index[d] = 0
		}
	}
	return out
}
