package checkpoint

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFloat32sWidens(t *testing.T) {
	inf, tiny := float32(math.Inf(1)), float32(0x1p-24)
	tests := []struct {
		dtype string
		bits  []uint64
		want  []float32
	}{
		{"F16", []uint64{0x0000, 0x3c00, 0xc000, 0x7bff, 0x0001, 0x8001, 0x03ff, 0x0400, 0x7c00, 0xfc00},
			[]float32{0, 1, -2, 65504, tiny, -tiny, 1023 * tiny, 1024 * tiny, inf, -inf}},
		{"BF16", []uint64{0x3f80, 0xc040, 0x0001, 0xff80}, []float32{1, -3, 0x1p-133, -inf}},
		{"F32", []uint64{0x3f800001, 0x80000000}, []float32{1 + 0x1p-23, float32(math.Copysign(0, -1))}},
		{"F64", []uint64{math.Float64bits(0.1), math.Float64bits(1e300)}, []float32{0.1, inf}},
		{"I64", []uint64{math.MaxUint64, 1 << 24}, []float32{-1, 1 << 24}},
		{"U8", []uint64{255}, []float32{255}},
		{"BOOL", []uint64{0, 1, 255}, []float32{0, 1, 1}},
	}
	for _, tt := range tests {
		t.Run(tt.dtype, func(t *testing.T) {
			got, err := entryOf(tt.dtype, tt.bits).Float32s()
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestFloat32sKeepsNaN(t *testing.T) {
	got, err := entryOf("F16", []uint64{0x7e00}).Float32s()
	require.NoError(t, err)
	assert.True(t, math.IsNaN(float64(got[0])))
}

func TestNegativeZeroHalf(t *testing.T) {
	assert.Equal(t, uint32(1<<31), math.Float32bits(float16(0x8000)))
}

func TestInt64sExtendsTheSign(t *testing.T) {
	for dtype, want := range map[string]int64{"I64": -2, "I32": -2, "I16": -2, "I8": -2, "U8": 254} {
		got, err := entryOf(dtype, []uint64{math.MaxUint64 - 1}).Int64s()
		require.NoError(t, err)
		assert.Equal(t, []int64{want}, got, dtype)
	}
}

func TestConversionRefusesOtherDTypes(t *testing.T) {
	_, err := entryOf("U32", []uint64{1}).Float32s()
	assert.EqualError(t, err, `tensor "x": U32 where one of F32, F16, BF16, F64, or integers are due`)
	_, err = entryOf("I64", []uint64{1<<24 + 1}).Float32s()
	assert.EqualError(t, err, `tensor "x": 16777217 is too large for float32`)
	_, err = entryOf("F32", []uint64{1}).Int64s()
	assert.EqualError(t, err, `tensor "x": F32 where one of I64, I32, I16, I8, U8 is due`)
	_, err = Entry{Name: "x", DType: "F32", Shape: []int{3}, Data: make([]byte, 8)}.Float32s()
	assert.EqualError(t, err, `tensor "x": 8 bytes, but F32 [3] takes 12`)
}

func TestNewEntryPanicsOnAnotherCount(t *testing.T) {
	assert.PanicsWithValue(t, `checkpoint: tensor "w": 12 bytes, but F32 [2 2] takes 16`, func() {
		NewFloat32s("w", []int{2, 2}, make([]float32, 3))
	})
}

// entryOf is an entry of the low bytes of bits.
func entryOf(dtype string, bits []uint64) Entry {
	e := Entry{Name: "x", DType: dtype, Shape: []int{len(bits)}}
	for _, b := range bits {
		var word [8]byte
		binary.LittleEndian.PutUint64(word[:], b)
		e.Data = append(e.Data, word[:dtypeSizes[dtype]]...)
	}
	return e
}
