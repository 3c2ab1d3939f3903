package predict

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

func TestReadProbabilities(t *testing.T) {
	file := filepath.Join(t.TempDir(), "p.npy")
	p := &raster.Float{H: 2, W: 3, C: 2, Pix: []float32{0, 1, 0.25, 0.75, 1e-30, 1, 0.5, 0.5, 0.1, 0.9, 1.00001, 0}}
	var b bytes.Buffer
	require.NoError(t, encodeNPY(&b, p))
	good := b.Bytes()
	require.NoError(t, os.WriteFile(file, good, 0o666))
	got, err := ReadProbabilities(file)
	require.NoError(t, err)
	assert.Equal(t, p, got)

	wrong := func(change func(data []byte) []byte) error {
		require.NoError(t, os.WriteFile(file, change(bytes.Clone(good)), 0o666))
		_, err := ReadProbabilities(file)
		return err
	}
	replace := func(from, to string) func([]byte) []byte {
		return func(data []byte) []byte { return bytes.Replace(data, []byte(from), []byte(to), 1) }
	}
	assert.ErrorContains(t, wrong(replace("NUMPY", "LUMPY")), file+" is no NumPy file")
	assert.ErrorContains(t, wrong(replace("<f4", "<f8")), "wanted is float32 (<f4) of shape (H, W, C)")
	assert.ErrorContains(t, wrong(replace("False", "True ")), "wanted is float32")
	assert.ErrorContains(t, wrong(replace("(2, 3, 2)", "(2, 3, 9)")), "has 48 bytes of values for (2, 3, 9)")
	assert.ErrorContains(t, wrong(replace("(2, 3, 2)", "(0, 3, 2)")), "has 48 bytes")
	assert.ErrorContains(t, wrong(func(data []byte) []byte { return data[:40] }), "is cut off")
	assert.ErrorContains(t, wrong(func(data []byte) []byte { return data[:len(data)-1] }), "has 47 bytes")
	assert.ErrorContains(t, wrong(func(data []byte) []byte { data[len(data)-1] = 0xff; return data }), "at pixel (x 2, y 1), class 1")
	_, err = ReadProbabilities(file + ".none")
	assert.ErrorIs(t, err, os.ErrNotExist)
}
