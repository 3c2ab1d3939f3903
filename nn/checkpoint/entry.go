package checkpoint

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"unsafe"
)

// Entry is one named tensor of a checkpoint, in the layout of the file: for PyTorch's models OIHW.
type Entry struct {
	Name  string
	DType string // as the format spells it: F32, F16, BF16, F64, I64, U8, BOOL, …
	Shape []int  // empty for a scalar
	Data  []byte // little-endian, row-major
}

// dtypeSizes are the bytes an element takes.
var dtypeSizes = map[string]int64{
	"BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1,
	"U16": 2, "I16": 2, "F16": 2, "BF16": 2,
	"U32": 4, "I32": 4, "F32": 4,
	"U64": 8, "I64": 8, "F64": 8,
}

// NewFloat32s returns an F32 entry of values in row-major order.
// It panics if they are not as many as shape asks for.
func NewFloat32s(name string, shape []int, values []float32) Entry {
	data := make([]byte, 0, 4*len(values))
	for _, v := range values {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	return newEntry(name, "F32", shape, data)
}

// NewInt64s returns an I64 entry of values in row-major order.
// It panics if they are not as many as shape asks for.
func NewInt64s(name string, shape []int, values []int64) Entry {
	data := make([]byte, 0, 8*len(values))
	for _, v := range values {
		data = binary.LittleEndian.AppendUint64(data, uint64(v))
	}
	return newEntry(name, "I64", shape, data)
}

func newEntry(name, dtype string, shape []int, data []byte) Entry {
	e := Entry{Name: name, DType: dtype, Shape: slices.Clone(shape), Data: data}
	if err := e.check(); err != nil {
		panic("checkpoint: " + err.Error())
	}
	return e
}

// Float32s returns the values in row-major order. F64 is rounded to the nearest, and to even; an integer that float32
// does not hold is an error, as are 8-bit floats.
func (e Entry) Float32s() ([]float32, error) {
	switch e.DType {
	case "F32":
		if err := e.check(); err != nil {
			return nil, err
		}
		values := make([]float32, len(e.Data)/4)
		for i := range values { // the usual type, without a call for each value
			values[i] = math.Float32frombits(binary.LittleEndian.Uint32(e.Data[4*i:]))
		}
		return values, nil
	case "F16":
		return decode(e, func(b []byte) float32 { return float16(binary.LittleEndian.Uint16(b)) })
	case "BF16":
		return decode(e, func(b []byte) float32 {
			return math.Float32frombits(uint32(binary.LittleEndian.Uint16(b)) << 16)
		})
	case "F64":
		return decode(e, func(b []byte) float32 {
			return float32(math.Float64frombits(binary.LittleEndian.Uint64(b)))
		})
	case "BOOL":
		return decode(e, func(b []byte) float32 { return float32(min(b[0], 1)) })
	}
	ints, err := e.Int64s()
	if err != nil {
		return nil, fmt.Errorf("tensor %q: %s where one of F32, F16, BF16, F64, or integers are due", e.Name, e.DType)
	}
	values := make([]float32, len(ints))
	for i, n := range ints {
		if values[i] = float32(n); n > 1<<24 || n < -1<<24 {
			return nil, fmt.Errorf("tensor %q: %d is too large for float32", e.Name, n)
		}
	}
	return values, nil
}

// floats is Float32s for readers: where the file has the values as memory does, they are not copied.
func (e Entry) floats() ([]float32, error) {
	if e.DType == "F32" && littleEndian && len(e.Data) > 0 && uintptr(unsafe.Pointer(&e.Data[0]))%4 == 0 {
		return unsafe.Slice((*float32)(unsafe.Pointer(&e.Data[0])), len(e.Data)/4), e.check()
	}
	return e.Float32s()
}

// littleEndian tells how this processor keeps numbers.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// Int64s returns the values of an I64, I32, I16, I8 or U8 entry in row-major order.
// Any other dtype is an error.
func (e Entry) Int64s() ([]int64, error) {
	switch e.DType {
	case "I64":
		return decode(e, func(b []byte) int64 { return int64(binary.LittleEndian.Uint64(b)) })
	case "I32":
		return decode(e, func(b []byte) int64 { return int64(int32(binary.LittleEndian.Uint32(b))) })
	case "I16":
		return decode(e, func(b []byte) int64 { return int64(int16(binary.LittleEndian.Uint16(b))) })
	case "I8":
		return decode(e, func(b []byte) int64 { return int64(int8(b[0])) })
	case "U8":
		return decode(e, func(b []byte) int64 { return int64(b[0]) })
	}
	return nil, fmt.Errorf("tensor %q: %s where one of I64, I32, I16, I8, U8 is due", e.Name, e.DType)
}

func decode[T any](e Entry, value func([]byte) T) ([]T, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	size := int(dtypeSizes[e.DType])
	values := make([]T, len(e.Data)/size)
	for i := range values {
		values[i] = value(e.Data[i*size:])
	}
	return values, nil
}

// float16 widens an IEEE 754 half (1 bit sign, 5 exponent, 10 fraction), which float32 always holds exactly.
func float16(h uint16) float32 {
	const scale = 0x1p-24 // the smallest subnormal half
	sign, exponent, fraction := uint32(h>>15), uint32(h>>10&31), uint32(h&1023)
	switch exponent {
	case 0:
		return math.Float32frombits(sign<<31 | math.Float32bits(float32(fraction)*scale))
	case 31:
		return math.Float32frombits(sign<<31 | 0xff<<23 | fraction<<13)
	}
	return math.Float32frombits(sign<<31 | (exponent+127-15)<<23 | fraction<<13)
}

// check reports whether the data has the size that dtype and shape ask for.
func (e Entry) check() error {
	want, err := byteSize(e.DType, e.Shape)
	if err == nil && int64(len(e.Data)) != want {
		err = fmt.Errorf("%d bytes, but %s %v takes %d", len(e.Data), e.DType, e.Shape, want)
	}
	if err != nil {
		return fmt.Errorf("tensor %q: %w", e.Name, err)
	}
	return nil
}

// byteSize is the number of bytes a tensor takes.
func byteSize(dtype string, shape []int) (int64, error) {
	n, ok := dtypeSizes[dtype]
	if !ok {
		known := strings.Join(slices.Sorted(maps.Keys(dtypeSizes)), ", ")
		return 0, fmt.Errorf("no dtype %q; there are: %s", dtype, known)
	}
	for _, d := range shape {
		if d < 0 {
			return 0, fmt.Errorf("shape %v has a negative dimension", shape)
		}
		if d > 0 && n > math.MaxInt64/int64(d) {
			return 0, fmt.Errorf("shape %v is too large", shape)
		}
		n *= int64(d)
	}
	return n, nil
}
