package tensor

import (
	"fmt"
	"strconv"
	"strings"
)

// MaxRank is the largest number of dimensions.
const MaxRank = 4

// A Shape is a list of at most MaxRank sizes, outermost first. Shapes can be compared with ==.
type Shape struct {
	dims [MaxRank]int
	rank int
}

// Dims makes a shape. It panics if there are more than MaxRank sizes or one is less than 1.
func Dims(sizes ...int) Shape {
	s := Shape{rank: len(sizes)}
	if len(sizes) > MaxRank {
		panic(fmt.Sprintf("tensor: %d dimensions, at most %d are possible", len(sizes), MaxRank))
	}
	for i, n := range sizes {
		if n < 1 {
			panic(fmt.Sprintf("tensor: size %d in %v", n, sizes))
		}
		s.dims[i] = n
	}
	return s
}

// Rank returns the number of dimensions; a scalar has none.
func (s Shape) Rank() int { return s.rank }

// Dim returns the size of dimension i, counted from the outermost.
func (s Shape) Dim(i int) int { return s.dims[:s.rank][i] }

// Slice returns the sizes as a new slice.
func (s Shape) Slice() []int { return append([]int(nil), s.dims[:s.rank]...) }

// Size returns the number of elements.
func (s Shape) Size() int {
	n := 1
	for _, d := range s.dims[:s.rank] {
		n *= d
	}
	return n
}

// NHWC returns the sizes of a batch of images. It panics with a ShapeError if the rank is not 4.
func (s Shape) NHWC() (n, h, w, c int) {
	if s.rank != 4 {
		panic(&ShapeError{Op: "images", Got: []Shape{s}, Detail: "want N×H×W×C"})
	}
	return s.dims[0], s.dims[1], s.dims[2], s.dims[3]
}

// String prints the sizes as 8×64×64×3.
func (s Shape) String() string {
	if s.rank == 0 {
		return "scalar"
	}
	parts := make([]string, s.rank)
	for i, d := range s.dims[:s.rank] {
		parts[i] = strconv.Itoa(d)
	}
	return strings.Join(parts, "×")
}

// A ShapeError says that shapes do not fit an operation. Operations panic with it, since it is a mistake in the
// program; autograd.Catch turns it into an error where a user chose the shapes.
type ShapeError struct {
	Op     string
	Got    []Shape
	Detail string
}

// Error names the operation, the shapes and what is wrong.
func (e *ShapeError) Error() string {
	parts := make([]string, len(e.Got))
	for i, s := range e.Got {
		parts[i] = s.String()
	}
	return fmt.Sprintf("%s of %s: %s", e.Op, strings.Join(parts, " and "), e.Detail)
}
