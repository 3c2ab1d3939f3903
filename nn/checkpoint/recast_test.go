package checkpoint

import (
	"bytes"
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRecast(t *testing.T) {
	inf := float32(math.Inf(-1))
	list := []Entry{
		NewFloat32s("filter", []int{2, 2}, []float32{1, 1 + 0x1p-11, -3e-8, inf}),
		NewFloat32s("large", []int{1, 2}, []float32{65520, 1}),
		NewFloat32s("running_var", []int{2}, []float32{1e-9, 0.1}),
		NewInt64s("num_batches_tracked", nil, []int64{7}),
	}
	half, err := Recast(list, "fp16")
	require.NoError(t, err)
	assert.Equal(t, []string{"F16", "F32", "F32", "I64"}, []string{half[0].DType, half[1].DType, half[2].DType, half[3].DType})
	assert.Equal(t, "F32", list[0].DType, "the argument")
	values, err := half[0].Float32s()
	require.NoError(t, err)
	assert.Equal(t, []float32{1, 1, -0x1p-24, inf}, values)
	assert.Equal(t, list[1:], half[1:])

	brain, err := Recast(list, "bf16")
	require.NoError(t, err)
	values, err = brain[1].Float32s()
	require.NoError(t, err)
	assert.Equal(t, []float32{65536, 1}, values)

	back, err := Recast(half, "fp32")
	require.NoError(t, err)
	assert.Equal(t, "F32", back[0].DType)
	again, err := Recast(back, "fp16")
	require.NoError(t, err)
	assert.Equal(t, half, again)

	_, err = Recast(list, "fp8")
	assert.EqualError(t, err, `no type "fp8" of weights; there are: fp32, fp16, bf16`)
	list[0].Data = list[0].Data[1:]
	_, err = Recast(list, "fp16")
	assert.ErrorContains(t, err, "15 bytes")
}

// Both formats keep halves, and read them as they were.
func TestRecastFiles(t *testing.T) {
	list := []Entry{NewFloat32s("w", []int{3, 1}, []float32{0.5, 3, -65504}), NewFloat32s("b", []int{1}, []float32{0.1})}
	for _, dtype := range []string{"fp16", "bf16"} {
		want, err := Recast(list, dtype)
		require.NoError(t, err)
		for _, name := range []string{"a.safetensors", "a.pth"} {
			path := filepath.Join(t.TempDir(), name)
			require.NoError(t, WriteFile(path, want, nil))
			got, _, err := ReadFile(path)
			require.NoError(t, err)
			require.Len(t, got, 2)
			for i, e := range got {
				assert.Equal(t, want[i].DType, e.DType, name)
				assert.True(t, bytes.Equal(want[i].Data, e.Data), name)
			}
		}
	}
}
