package tensor_test

import (
	"fmt"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/tensor"
)

func ExamplePermute() {
	oihw := tensor.Of(tensor.Dims(2, 1, 1, 3), []float32{1, 2, 3, 4, 5, 6})
	hwio := tensor.Permute(oihw, "OIHW", "HWIO")
	fmt.Println(hwio.Shape, hwio.Data)
	// Output: 1×3×1×2 [1 4 2 5 3 6]
}

func TestShape(t *testing.T) {
	s := tensor.Dims(8, 64, 32, 3)
	assert.Equal(t, "8×64×32×3", s.String())
	assert.Equal(t, 8*64*32*3, s.Size())
	assert.Equal(t, 4, s.Rank())
	assert.Equal(t, 32, s.Dim(2))
	assert.Equal(t, []int{8, 64, 32, 3}, s.Slice())
	assert.True(t, s == tensor.Dims(8, 64, 32, 3))
	assert.False(t, tensor.Dims(3) == tensor.Dims(3, 1))
	assert.Equal(t, "scalar", tensor.Dims().String())
	assert.Equal(t, 1, tensor.Dims().Size())
	n, h, w, c := s.NHWC()
	assert.Equal(t, []int{8, 64, 32, 3}, []int{n, h, w, c})
	s.Slice()[0] = 9
	assert.Equal(t, 8, s.Dim(0), "a slice is a copy")
}

func TestImpossibleShapesPanic(t *testing.T) {
	assert.Panics(t, func() { tensor.Dims(1, 2, 3, 4, 5) })
	assert.Panics(t, func() { tensor.Dims(2, 0) })
	assert.Panics(t, func() { tensor.Dims(2, 3).Dim(2) })
	assert.PanicsWithError(t, "images of 2×3: want N×H×W×C", func() { tensor.Dims(2, 3).NHWC() })
	assert.PanicsWithError(t, "tensor.Of of 2×3: 5 numbers given",
		func() { tensor.Of(tensor.Dims(2, 3), make([]float32, 5)) })
}

func TestShapeErrorNamesAllShapes(t *testing.T) {
	shapes := []tensor.Shape{tensor.Dims(2), tensor.Dims(3, 4)}
	err := &tensor.ShapeError{Op: "add", Got: shapes, Detail: "want equal shapes"}
	assert.EqualError(t, err, "add of 2 and 3×4: want equal shapes")
}

func TestNewHasTheSliceOfItsType(t *testing.T) {
	s := tensor.Dims(2, 3)
	for d, c := range map[tensor.DType]struct {
		name               string
		size               int
		data, halves, byte int
	}{
		tensor.Float32: {"float32", 4, 6, 0, 0},
		tensor.Float16: {"float16", 2, 0, 6, 0},
		tensor.Uint8:   {"uint8", 1, 0, 0, 6},
	} {
		x := tensor.New(d, s)
		assert.Equal(t, []int{c.data, c.halves, c.byte}, []int{len(x.Data), len(x.Halves), len(x.Indices)})
		assert.Equal(t, c.name+" 2×3", x.String())
		assert.Equal(t, c.size, d.Size())
	}
}

func TestPermute(t *testing.T) {
	x := tensor.New(tensor.Float32, tensor.Dims(2, 3, 4, 5))
	for i := range x.Data {
		x.Data[i] = float32(i)
	}
	y := tensor.Permute(x, "NCHW", "NHWC")
	require.Equal(t, tensor.Dims(2, 4, 5, 3), y.Shape)
	for i, v := range y.Data {
		n, h, w, c := i/60, i/15%4, i/3%5, i%3
		require.EqualValues(t, ((n*3+c)*4+h)*5+w, v)
	}
	assert.Equal(t, x, tensor.Permute(y, "NHWC", "NCHW"))
	assert.Equal(t, x.Data, tensor.Permute(x, "NCHW", "NCHW").Data)

	depthwise := tensor.Of(tensor.Dims(3, 1, 1, 2), []float32{1, 2, 3, 4, 5, 6})
	dropped := tensor.Permute(depthwise, "CIHW", "HWC")
	assert.Equal(t, tensor.Dims(1, 2, 3), dropped.Shape)
	assert.Equal(t, []float32{1, 3, 5, 2, 4, 6}, dropped.Data)
	assert.Equal(t, depthwise, tensor.Permute(dropped, "HWC", "CIHW"))
}

func TestPermuteChecksItsLetters(t *testing.T) {
	x := tensor.New(tensor.Float32, tensor.Dims(2, 3))
	bytes := tensor.New(tensor.Uint8, tensor.Dims(2, 3))
	for _, c := range []struct {
		x              *tensor.Tensor
		from, to, want string
	}{
		{x, "HWC", "CHW", "Permute HWC to CHW of 2×3: want a float32 tensor with one letter a dimension"},
		{bytes, "HW", "WH", "Permute HW to WH of 2×3: want a float32 tensor with one letter a dimension"},
		{x, "HH", "HW", "Permute HH to HW of 2×3: a letter occurs twice"},
		{x, "HW", "HWH", "Permute HW to HWH of 2×3: a letter occurs twice"},
		{x, "HW", "HC", "Permute HW to HC of 2×3: axis W is dropped but has size 3"},
	} {
		assert.PanicsWithError(t, c.want, func() { tensor.Permute(c.x, c.from, c.to) })
	}
}

func TestArena(t *testing.T) {
	a, err := tensor.NewArena(1000)
	require.NoError(t, err)
	assert.EqualValues(t, 4000, a.Bytes())
	x, y := a.Floats(0, 16), a.Floats(16, 32)
	assert.Zero(t, uintptr(unsafe.Pointer(&x[0]))%(4*tensor.Align), "aligned to a cache line")
	for i := range y {
		assert.Zero(t, y[i])
		y[i] = 1
	}
	assert.Equal(t, make([]float32, 16), x)
	assert.Equal(t, 16, cap(x), "no growing into what follows")
	assert.Panics(t, func() { a.Floats(990, 16) })
	a.Free()
	assert.NotPanics(t, a.Free, "twice")

	small, err := tensor.NewArena(0)
	require.NoError(t, err)
	small.Free()
	_, err = tensor.NewArena(1 << 55)
	assert.ErrorContains(t, err, "for a step")
}
