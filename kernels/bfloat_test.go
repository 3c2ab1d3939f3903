package kernels

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// Every instruction set rounds as bf16Of does, and gives back every bfloat16 number, whatever the length.
func TestBFloat(t *testing.T) {
	x := bf16Inputs(10007, 5)
	want := make([]uint16, len(x))
	for i, v := range x {
		want[i] = bf16Of(v)
	}
	for _, isa := range Supported() {
		t.Run(isa.String(), func(t *testing.T) {
			defer Limit(isa)()
			for _, n := range []int{0, 1, 7, 8, 9, 15, 16, 17, 31, 100, len(x)} {
				got := make([]uint16, n+1)
				got[n] = 0xabcd
				F32ToBF16(x[:n], got)
				require.Empty(t, cmp.Diff(want[:n], got[:n]))
				require.Equal(t, uint16(0xabcd), got[n])
				back := make([]float32, n+1)
				back[n] = 7
				BF16ToF32(got[:n], back)
				for i, h := range got[:n] {
					require.Equal(t, uint32(h)<<16, math.Float32bits(back[i]))
				}
				require.Equal(t, float32(7), back[n])
			}
		})
	}
}

func TestStorage(t *testing.T) {
	x := []float32{1e6, 1 + 0x1p-9, -3}
	y, back := make([]uint16, 3), make([]float32, 3)
	for name, want := range map[string][]float32{"fp16": {65504, 1 + 0x1p-9, -3}, "bf16": {999424, 1, -3}} {
		s, err := ParseStorage(name)
		require.NoError(t, err)
		require.Equal(t, name, s.String())
		s.Pack(x, y)
		s.Unpack(y, back)
		require.Equal(t, want, back)
	}
	_, err := ParseStorage("fp8")
	require.EqualError(t, err, `no storage "fp8"; there are: auto, fp32, fp16, bf16`)
	require.PanicsWithValue(t, "kernels: fp32 is not stored in 16 bits", func() { StoreFloat32.Pack(x, y) })
	require.PanicsWithValue(t, "kernels: auto is not stored in 16 bits", func() { StoreAuto.Unpack(y, back) })
}
