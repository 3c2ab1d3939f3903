package workflow

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/data"
	"tessera/segtrain/synth"
)

// Names that no file of predictions can have are refused before a fold is trained.
func TestCrossValidationOfAbsolutePaths(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, synth.Write(filepath.Join(dir, "drawn"), 4, 32, 32, 1, nil))
	m, err := data.ReadCSV(filepath.Join(dir, "drawn", synth.ManifestFile))
	require.NoError(t, err)
	text := "image,mask\n"
	for _, r := range m {
		text += r.Image + "," + r.Mask + "\n"
	}
	manifest := filepath.Join(dir, "absolute.csv")
	require.NoError(t, os.WriteFile(manifest, []byte(text), 0o666))
	cfg := cvConfig(t, filepath.Join(dir, "cv"), "data.kind=csv", "data.manifest="+manifest, "data.classes=6", "data.split.kind=kfold")
	_, err = CrossValidate(context.Background(), cfg, Options{})
	assert.ErrorContains(t, err, "is not a path below a folder")
	assert.NoDirExists(t, filepath.Join(dir, "cv"))
}
