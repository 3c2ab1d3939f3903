package checkpoint

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWriteRefuses(t *testing.T) {
	w := NewFloat32s("w", []int{1}, []float32{1})
	tests := []struct {
		name    string
		entries []Entry
		want    string
	}{
		{"name twice", []Entry{w, w}, `tensor "w": the name is taken`},
		{"reserved name", []Entry{NewFloat32s("__metadata__", []int{1}, []float32{1})}, "the name is taken"},
		{"not UTF-8", []Entry{NewFloat32s("\xff", []int{1}, []float32{1})}, "not UTF-8"},
		{"size", []Entry{{Name: "v", DType: "F32", Shape: []int{2}, Data: w.Data}}, "4 bytes, but F32 [2] takes 8"},
		{"dtype", []Entry{{Name: "v", DType: "float", Shape: []int{1}, Data: w.Data}}, `no dtype "float"`},
		{"shape", []Entry{{Name: "v", DType: "F32", Shape: []int{-1}, Data: w.Data}}, "negative dimension"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "w.safetensors")
			err := WriteFile(path, tt.entries, nil)
			assert.ErrorContains(t, err, tt.want)
			assert.ErrorContains(t, err, path)
			assert.NoFileExists(t, path)
			assert.NoFileExists(t, path+".tmp")
		})
	}
}

func TestFailedWriteKeepsTheOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "last.safetensors")
	require.NoError(t, WriteFile(path, sample(), nil))
	bad := append(sample(), Entry{Name: "bad", DType: "F32", Shape: []int{1}})
	require.Error(t, WriteFile(path, bad, nil))
	entries, _, err := ReadFile(path)
	require.NoError(t, err)
	assert.Len(t, entries, len(sample()))
}

func TestWriteOverTheRemainsOfAKilledOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "last.safetensors")
	require.NoError(t, os.WriteFile(path+".tmp", make([]byte, 1<<16), 0o600))
	require.NoError(t, WriteFile(path, sample(), nil))
	_, _, err := ReadFile(path)
	require.NoError(t, err)
	assert.NoFileExists(t, path+".tmp")
}

func TestWriteFileWhereNoneCanBe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no", "such", "w.safetensors")
	err := WriteFile(path, sample(), nil)
	assert.ErrorIs(t, err, os.ErrNotExist)
	assert.ErrorContains(t, err, path)
}

func TestWritePassesErrorsOn(t *testing.T) {
	full := errors.New("disk full")
	for room := range 4 {
		err := Write(&smallDisk{room, full}, sample(), nil)
		assert.ErrorIs(t, err, full, "after %d writes", room)
	}
}

// smallDisk takes room writes and then fails.
type smallDisk struct {
	room int
	err  error
}

func (d *smallDisk) Write(p []byte) (int, error) {
	if d.room == 0 {
		return 0, d.err
	}
	d.room--
	return len(p), nil
}
