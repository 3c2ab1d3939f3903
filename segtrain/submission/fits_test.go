package submission

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
)

func TestFits(t *testing.T) {
	var s Spec
	for _, d := range Dialects() {
		if d.Name == "salt" {
			s = Spec{Format: RLE, Task: metric.Multiclass, Classes: []string{"ground", "salt"}, Written: []int{1}, Table: d.Table}
		}
	}
	file := filepath.Join(t.TempDir(), "sample.csv")
	require.NoError(t, os.WriteFile(file, []byte("id,rle_mask\na.png,\nsub/b,\n"), 0o666))
	sample, err := ReadSample(file, s.Table)
	require.NoError(t, err)
	require.NoError(t, Fits([]string{"a", "sub/b"}, "test", s, Options{Sample: sample}))
	require.NoError(t, Fits([]string{"a"}, "test", s, Options{}), "without a sample everything fits")

	err = Fits([]string{"a", "c"}, "test", s, Options{Sample: sample})
	var wrong *MismatchError
	require.ErrorAs(t, err, &wrong)
	assert.Equal(t, []string{"sub/b"}, wrong.Missing)
	assert.Equal(t, []string{"c"}, wrong.Extra)
	assert.Contains(t, err.Error(), "not in test: 1: sub/b")

	dir := t.TempDir()
	require.NoError(t, raster.WritePNG(filepath.Join(dir, "a.png"), raster.NewImage(2, 3, 1)))
	pictures, err := ReadPictures(dir)
	require.NoError(t, err)
	s.Format = PNG
	require.NoError(t, Fits([]string{"a"}, "test", s, Options{Pictures: pictures}))
	require.ErrorAs(t, Fits([]string{"b"}, "test", s, Options{Pictures: pictures}), &wrong)
}
