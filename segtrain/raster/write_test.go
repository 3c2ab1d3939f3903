package raster

import (
	"errors"
	"image/color"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWriteFileReplaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.txt")
	for _, text := range []string{"first, longer", "second"} {
		require.NoError(t, WriteFile(path, func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return err
		}))
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, text, string(got))
	}
}

func TestWriteFileLeavesNothingHalfWritten(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o644))
	failed := errors.New("no more")
	half := func(w io.Writer) error {
		w.Write(make([]byte, 1<<20))
		return failed
	}
	err := WriteFile(path, half)
	require.ErrorIs(t, err, failed)
	assert.EqualError(t, err, "write "+path+": no more")
	assert.Panics(t, func() { _ = WriteFile(path, func(io.Writer) error { panic("boom") }) })

	got, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "old", string(got))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 1, "temporary files are left")
}

func TestWriteUnsyncedThenSyncFiles(t *testing.T) {
	dir := t.TempDir()
	var paths []string
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"} {
		path := filepath.Join(dir, name)
		paths = append(paths, path)
		require.NoError(t, WriteUnsynced(path, func(w io.Writer) error {
			_, err := io.WriteString(w, name)
			return err
		}))
	}
	require.NoError(t, SyncFiles(paths))
	got, err := os.ReadFile(paths[9])
	require.NoError(t, err)
	assert.Equal(t, "j", string(got))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 10, "temporary files are left")
	gone := filepath.Join(dir, "gone")
	assert.ErrorContains(t, SyncFiles(append(paths, gone)), gone)
}

func TestCheck(t *testing.T) {
	dir := t.TempDir()
	empty, full := filepath.Join(dir, "empty.png"), filepath.Join(dir, "full.png")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	require.NoError(t, os.WriteFile(full, []byte("x"), 0o600))
	require.NoError(t, Check(full))
	require.EqualError(t, Check(empty), "image "+empty+": the file is empty")
	require.EqualError(t, Check(dir), "image "+dir+": not a file")
	require.ErrorContains(t, Check(filepath.Join(dir, "none")), "no such file")
}

func TestWriteFileErrors(t *testing.T) {
	dir := t.TempDir()
	nothing := func(io.Writer) error { return nil }
	path := filepath.Join(dir, "none", "a.txt")
	assert.EqualError(t, WriteFile(path, nothing), "write "+path+": no such file or directory")
	assert.ErrorContains(t, WriteFile(dir, nothing), "write "+dir+": ", "the target is a folder")

	_, inner := os.Open(filepath.Join(dir, "other"))
	err := WriteFile(filepath.Join(dir, "a"), func(io.Writer) error { return inner })
	assert.ErrorContains(t, err, filepath.Join(dir, "other"), "the path of another file stays in the message")
}

func TestWritePNGRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.png")
	for name, m := range testPictures() {
		before, err := Read(save(t, "b", encode(t, "PNG", m)))
		require.NoError(t, err)
		require.NoError(t, WritePNG(path, before))
		after, err := Read(path)
		require.NoError(t, err)
		assert.Equal(t, before, after, name)
	}
	assert.Panics(t, func() { _ = EncodePNG(io.Discard, NewImage(2, 2, 2)) })
}

func TestWriteMaskRoundTrip(t *testing.T) {
	m := &Mask{2, 3, []uint8{0, 1, 2, 255, 1, 0}}
	code := MaskCode{Coding: IndexCode, Classes: 3, Ignore: 255}
	path := filepath.Join(t.TempDir(), "m.png")
	for _, palette := range [][]color.RGBA{nil, Palette(3)} {
		require.NoError(t, WriteMask(path, m, palette))
		got, err := ReadMask(path, code)
		require.NoError(t, err)
		assert.Equal(t, m, got)
	}
	s, err := MaskValues(path)
	require.NoError(t, err)
	assert.Equal(t, Palette(3)[2], s.Values[2].Color)
	assert.Equal(t, color.RGBA{0, 0, 0, 255}, s.Values[3].Color)
	assert.Panics(t, func() { _ = EncodeMask(io.Discard, m, make([]color.RGBA, 257)) })
}
