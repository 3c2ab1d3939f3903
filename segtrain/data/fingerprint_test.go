package data

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// samplesIn writes two samples, one of them large.
func samplesIn(t *testing.T, dir string) Manifest {
	t.Helper()
	var m Manifest
	for i, id := range []string{"a", "b"} {
		r := Record{ID: id, Image: filepath.Join(dir, id+".png"), Mask: filepath.Join(dir, id+".mask")}
		require.NoError(t, os.WriteFile(r.Image, bytes.Repeat([]byte{byte(i), 2, 3}, 100+50000*i), 0o600))
		require.NoError(t, os.WriteFile(r.Mask, []byte(id), 0o600))
		m = append(m, r)
	}
	return m
}

func printOf(t *testing.T, m Manifest, more ...Manifest) Fingerprint {
	t.Helper()
	f, err := m.Fingerprint(more...)
	require.NoError(t, err)
	return f
}

func TestFingerprint(t *testing.T) {
	one, other := samplesIn(t, t.TempDir()), samplesIn(t, t.TempDir())
	want := printOf(t, one)
	assert.Equal(t, 2, want.Images)
	assert.Equal(t, int64(300+150300+2), want.Bytes)
	assert.Equal(t, want, printOf(t, other), "the folder does not matter")
	slices.Reverse(other)
	assert.Equal(t, want, printOf(t, other), "nor the order")
	assert.Equal(t, want, printOf(t, one[:1], one[1:]), "nor the split")
	require.NoError(t, os.Chtimes(one[0].Image, time.Unix(1, 0), time.Unix(1, 0)))
	assert.Equal(t, want, printOf(t, one), "nor the times")

	for name, at := range map[string]int64{"first": 5, "middle": 75150, "last": 150299} {
		f, err := os.OpenFile(one[1].Image, os.O_RDWR, 0)
		require.NoError(t, err)
		var old [1]byte
		_, err = f.ReadAt(old[:], at)
		require.NoError(t, err)
		_, err = f.WriteAt([]byte{old[0] + 1}, at)
		require.NoError(t, err)
		assert.NotEqual(t, want.SHA256, printOf(t, one).SHA256, "%s byte", name)
		_, err = f.WriteAt(old[:], at)
		require.NoError(t, err)
		require.NoError(t, f.Close())
	}
	assert.Equal(t, want, printOf(t, one))
	one[0].ID = "c"
	assert.NotEqual(t, want.SHA256, printOf(t, one).SHA256, "the id")

	require.NoError(t, os.Remove(one[1].Mask))
	_, err := one.Fingerprint()
	require.ErrorContains(t, err, one[1].Mask)
}

func TestPartsHash(t *testing.T) {
	a, b, c := Record{ID: "a"}, Record{ID: "b"}, Record{ID: "c"}
	want := PartsHash(Manifest{a, b}, Manifest{c})
	assert.Equal(t, want, PartsHash(Manifest{b, a}, Manifest{c}))
	assert.NotEqual(t, want, PartsHash(Manifest{a}, Manifest{b, c}))
	assert.NotEqual(t, want, PartsHash(Manifest{c}, Manifest{a, b}))
}
