package disk

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRoom(t *testing.T) {
	dir := t.TempDir()
	have, ok := free(dir)
	if !ok {
		t.Skip("this system does not say how much is free")
	}
	require.Positive(t, have)
	assert.NoError(t, Room(filepath.Join(dir, "not", "there", "yet"), 1))
	err := Room(filepath.Join(dir, "not", "there", "yet"), math.MaxInt64)
	var full *FullError
	require.True(t, errors.As(err, &full))
	assert.Equal(t, dir, full.Dir)
	assert.Equal(t, int64(math.MaxInt64), full.Need)
	assert.Contains(t, err.Error(), "but this needs 9223372036.9 GB")
}

// A file is no folder that anything could lie in: its own folder counts.
func TestRoomBesideAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o666))
	assert.Equal(t, filepath.Dir(file), existing(file))
}

func TestBytes(t *testing.T) {
	for n, want := range map[int64]string{812: "812 bytes", 23_400: "23.4 kB", 1_400_000: "1.4 MB", 20_300_000_000: "20.3 GB"} {
		assert.Equal(t, want, Bytes(n))
	}
}

func ExampleRoom() {
	err := Room(".", math.MaxInt64)
	fmt.Println(err != nil)
	// Output: true
}
