package checkpoint

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The files in testdata are written by tools/golden/pth.py.

func open(t *testing.T, name string) (map[string]Entry, map[string]string) {
	t.Helper()
	entries, metadata, format, err := Open(filepath.Join("testdata", name))
	require.NoError(t, err)
	assert.Equal(t, strings.Contains(name, "legacy"), format == TorchLegacy)
	byName := map[string]Entry{}
	for _, e := range entries {
		byName[e.Name] = e
	}
	return byName, metadata
}

func both(t *testing.T, name string, f func(t *testing.T, entries map[string]Entry, metadata map[string]string)) {
	for _, file := range []string{name + ".pth", name + "_legacy.pth"} {
		t.Run(file, func(t *testing.T) {
			entries, metadata := open(t, file)
			f(t, entries, metadata)
		})
	}
}

func TestTorchDTypes(t *testing.T) {
	both(t, "dtypes", func(t *testing.T, entries map[string]Entry, _ map[string]string) {
		require.Len(t, entries, 10)
		for name, dtype := range map[string]string{
			"float32": "F32", "float16": "F16", "bfloat16": "BF16", "float64": "F64", "int64": "I64", "int32": "I32",
			"int16": "I16", "int8": "I8", "uint8": "U8", "bool": "BOOL",
		} {
			e := entries[name]
			assert.Equal(t, dtype, e.DType)
			want := []float32{0, 1, 2}
			if dtype == "BOOL" {
				want[2] = 1
			}
			got, err := e.Float32s()
			require.NoError(t, err, name)
			assert.Equal(t, want, got, name)
		}
	})
}

func TestTorchLayouts(t *testing.T) {
	both(t, "layouts", func(t *testing.T, entries map[string]Entry, _ map[string]string) {
		for name, want := range map[string]struct {
			shape  []int
			values []float32
		}{
			"transposed":    {[]int{3, 2}, counting(0, 6)},
			"channels_last": {[]int{2, 3, 4, 5}, counting(0, 120)},
			"slice":         {[]int{14}, counting(6, 14)},
			"columns":       {[]int{4}, counting(0, 4)},
			"expanded":      {[]int{3, 2}, []float32{0, 0, 1, 1, 2, 2}},
			"tied_a":        {[]int{3, 4}, counting(0, 12)},
			"tied_b":        {[]int{4, 3}, []float32{12, 16, 20, 13, 17, 21, 14, 18, 22, 15, 19, 23}},
			"scalar":        {[]int{}, []float32{7}},
			"empty":         {[]int{0, 4}, []float32{}},
			"ones":          {[]int{1, 5, 1}, counting(0, 5)},
		} {
			got, err := entries[name].Float32s()
			require.NoError(t, err, name)
			assert.Equal(t, want.shape, entries[name].Shape, name)
			assert.Equal(t, want.values, got, name)
		}
		assert.Len(t, entries, 10)
	})
}

func counting(from, n int) []float32 {
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(from + i)
	}
	return values
}

func TestTorchCheckpointOfATraining(t *testing.T) {
	both(t, "wrapped", func(t *testing.T, entries map[string]Entry, metadata map[string]string) {
		for name, want := range map[string][]float32{
			"state_dict.module.0.weight": counting(0, 6), "state_dict.module.1.bias": counting(0, 3),
			"state_dict.module.1.num_batches_tracked": {1}, "optimizer.state.0.step": {1},
			"parameters.0": {0, 1}, "parameter": counting(0, 4),
		} {
			got, err := entries[name].Float32s()
			require.NoError(t, err, name)
			assert.Equal(t, want, got, name)
		}
		assert.Equal(t, []int{3, 2, 1, 1}, entries["state_dict.module.0.weight"].Shape)
		assert.Contains(t, entries, "optimizer.state.3.exp_avg_sq")
		for key, want := range map[string]string{
			"epoch": "12", "best": "0.5", "name": "run é", "done": "true", "device": "cpu", "milestones.3": "2",
			"big": "1099511627776", "minus": "-3",
		} {
			assert.Equal(t, want, metadata[key], key)
		}
	})
}

func TestTorchUntypedStorage(t *testing.T) {
	entries, _ := open(t, "untyped.pth")
	assert.Equal(t, Entry{Name: "u", DType: "U16", Shape: []int{4}, Data: []byte{0, 0, 1, 0, 2, 0, 3, 0}}, entries["u"])
}

func TestForeignFilesAreRefused(t *testing.T) {
	for name, want := range map[string]string{
		"evil.pth":        "class posix.system is not allowed: a checkpoint holds tensors, numbers, texts",
		"evil_legacy.pth": "part 4 of 5: pickle at byte",
		"module.pth":      "class torch.nn.modules.activation.ReLU is not allowed",
		"complex.pth":     "torch.ComplexFloatStorage holds a type of number that cannot be read; allowed: float,",
	} {
		path := filepath.Join("testdata", name)
		_, _, err := ReadFile(path)
		require.ErrorContains(t, err, want)
		assert.ErrorContains(t, err, "read checkpoint "+path+": ")
	}
	for head, want := range map[string]string{
		"\x89HDF\r\n\x1a\n": "HDF5", "version https://git-lfs.github.com/spec/v1\n": "git lfs pull",
		"<!DOCTYPE html>": "a web page: the download went wrong", "\x80\x04\x95\x05\x00": "a pickle that torch.save did not",
		"\x1f\x8b\x08\x00": "gzip", "PK\x05\x06" + strings.Repeat("\x00", 18): "a zip archive without data.pkl",
	} {
		_, _, err := read([]byte(head))
		assert.ErrorContains(t, err, want)
	}
}

// A header's length may begin with the bytes of any other format.
func TestSafetensorsBeginLikeOtherFiles(t *testing.T) {
	for _, n := range []int{0x0280, 0x8b1f} {
		head := `{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`
		entries, _, err := read(file(head+strings.Repeat(" ", n-len(head)), 1))
		require.NoError(t, err)
		assert.Equal(t, []string{"w"}, names(entries))
	}
}

func TestTorchRoundTrip(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, WriteTorch(&b, sample()))
	entries, metadata, format, err := Read(bytes.NewReader(b.Bytes()), int64(b.Len()))
	require.NoError(t, err)
	want := sample()
	want[2].Shape = []int{}
	assert.Equal(t, want, entries)
	assert.Empty(t, metadata)
	assert.Equal(t, Torch, format)
	a, err := openArchive(b.Bytes())
	require.NoError(t, err)
	for name, m := range a.members {
		assert.Zero(t, m.begin%alignment, name)
	}
	var again bytes.Buffer
	require.NoError(t, WriteTorch(&again, sample()))
	assert.Equal(t, b.Bytes(), again.Bytes())
}

func TestWriteFileByExtension(t *testing.T) {
	for name, want := range map[string]Format{"a.pth": Torch, "a.PT": Torch, "a.safetensors": Safetensors} {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, WriteFile(path, sample(), nil))
		_, _, format, err := Open(path)
		require.NoError(t, err)
		assert.Equal(t, want, format)
	}
}

func TestWriteTorchRefuses(t *testing.T) {
	e := Entry{Name: "w", DType: "U16", Shape: []int{1}, Data: []byte{1, 2}}
	assert.EqualError(t, WriteTorch(&bytes.Buffer{}, []Entry{e}),
		`tensor "w": .pth has no U16; there are: BF16, BOOL, F16, F32, F64, I16, I32, I64, I8, U8`)
	w := NewFloat32s("w", []int{1}, []float32{1})
	assert.ErrorContains(t, WriteTorch(&bytes.Buffer{}, []Entry{w, w}), "the name is taken")
	w.Shape = []int{2}
	assert.ErrorContains(t, WriteTorch(&bytes.Buffer{}, []Entry{w}), "4 bytes, but F32 [2] takes 8")
}

// TestTorchTruncations cuts files off at every byte, and changes every byte of a small one.
func TestTorchTruncations(t *testing.T) {
	for _, name := range []string{"dtypes.pth", "dtypes_legacy.pth"} {
		whole, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(t, err)
		for n := range whole {
			_, _, err := read(whole[:n])
			assert.Error(t, err, "%d of %d bytes of %s", n, len(whole), name)
		}
		for at := range whole {
			damaged := bytes.Clone(whole)
			damaged[at] ^= 0xff
			_, _, _ = read(damaged) // must not panic
		}
	}
}

// TestDamageIsNoticed changes a byte of a storage, which only its checksum can tell.
func TestDamageIsNoticed(t *testing.T) {
	whole, err := os.ReadFile("testdata/layouts.pth")
	require.NoError(t, err)
	a, err := openArchive(whole)
	require.NoError(t, err)
	whole[a.members["data/1"].begin] ^= 1
	_, _, err = read(whole)
	assert.ErrorContains(t, err, `data/1" does not have its checksum: the file is damaged`)
}
