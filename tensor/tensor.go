// Package tensor holds arrays of numbers: shapes, element types, contiguous tensors, and the arena that a training
// step's memory comes from.
//
// There is one layout. A tensor is row-major and contiguous; images are N, H, W, C, weights of convolutions H, W, I, O.
// Other layouts exist at the edges only, where Permute translates.
package tensor

import "fmt"

// DType is the type of a tensor's elements.
type DType uint8

// The element types. Arithmetic is done in Float32; the others are for storage.
const (
	Float32 DType = iota
	Float16       // IEEE 754 half precision, kept as bits in uint16
	Uint8         // pixels and class indices
)

// String returns the type's name.
func (d DType) String() string { return [...]string{"float32", "float16", "uint8"}[d] }

// Size returns the bytes of one element.
func (d DType) Size() int { return [...]int{4, 2, 1}[d] }

// A Tensor is a contiguous, row-major array. Exactly one of its slices is in use, with Shape.Size elements.
type Tensor struct {
	Shape   Shape
	DType   DType
	Data    []float32 // Float32
	Halves  []uint16  // Float16
	Indices []uint8   // Uint8
}

// New returns a tensor of zeros on the heap.
func New(d DType, s Shape) *Tensor {
	t := &Tensor{Shape: s, DType: d}
	switch d {
	case Float32:
		t.Data = make([]float32, s.Size())
	case Float16:
		t.Halves = make([]uint16, s.Size())
	case Uint8:
		t.Indices = make([]uint8, s.Size())
	}
	return t
}

// Of returns a Float32 tensor that uses data. It panics if the shape has another size.
func Of(s Shape, data []float32) *Tensor {
	if len(data) != s.Size() {
		panic(&ShapeError{Op: "tensor.Of", Got: []Shape{s}, Detail: fmt.Sprintf("%d numbers given", len(data))})
	}
	return &Tensor{Shape: s, Data: data}
}

// String describes the tensor, not its elements.
func (t *Tensor) String() string { return fmt.Sprintf("%s %s", t.DType, t.Shape) }
